"""The page where people decide: every take at full size, picture for picture, and one verdict.

It knows the pipeline's door and the nouns, and nothing of pictures: copies, stills and overlays are made for it.
"""
