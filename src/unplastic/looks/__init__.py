"""looks"""
