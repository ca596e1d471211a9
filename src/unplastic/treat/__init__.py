"""treat"""
