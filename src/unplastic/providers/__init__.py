"""The services that make, upscale and draw: one file each, behind one small interface.

The nouns and the interface are in `unplastic.providers.provider`. Importing this package opens no connection and
loads no network library; `unplastic.registry.members("providers")` does.
"""
