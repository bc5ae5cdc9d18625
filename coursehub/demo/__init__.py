"""The demo: twelve months of a lived-in platform, made by the ordinary operations at given moments.

`build` is the way in; `players` are the people, `offers` their courses and
contracts, `shelf` courses of the house that came later, `learners` what people bought,
learned, asked and returned, `past` the rail that adds purchases to the sandbox's history,
`agenda` the order of it all.
"""
