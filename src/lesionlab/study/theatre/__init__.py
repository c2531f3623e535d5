"""The leak theatre: known leaks, staged beside the honest protocol to show what each buys; see docs/decisions/0020.

What is played here could not exist elsewhere: no training arm can be made of it, and nothing but its own command may
import this package, so that no study, verdict or release can come to rest on it.
"""
