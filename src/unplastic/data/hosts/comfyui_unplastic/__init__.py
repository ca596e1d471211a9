"""unplastic in ComfyUI: this folder goes into custom_nodes, and unplastic into ComfyUI's own Python."""

from unplastic.hosts.comfyui import nodes, titles

NODE_CLASS_MAPPINGS = nodes()
NODE_DISPLAY_NAME_MAPPINGS = titles()

__all__ = ["NODE_CLASS_MAPPINGS", "NODE_DISPLAY_NAME_MAPPINGS"]
