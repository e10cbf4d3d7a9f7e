"""Servers written by hand for one purpose: the least that the bridge's work costs in Python."""
