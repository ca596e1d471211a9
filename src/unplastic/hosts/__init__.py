"""Where people already are: nodes of ComfyUI, a script for DaVinci Resolve. Each calls the doors that all call."""
