"""The MCP server: chat agents measure, finish, plan and run films through the same doors as everybody else.

Whoever connects is a stranger: it reaches the folders that were named and no other, gets a few things done at once, and
spends nothing without a budget token that a person made.
"""
