"""The demo province: a lively part of Yunnan, or all of its 4,704 projects, made up from a seed so that it is the same
every time. People, companies and numbers are invented; places, codes and base figures are real.

`plan` decides what the province looks like, `fill` writes it by COPY and set-based SQL, `faults` plants what the rules
are to find, `history` lets officers work on it.
"""
