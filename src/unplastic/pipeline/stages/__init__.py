"""The stages that agents are made of, one file each."""
