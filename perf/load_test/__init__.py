"""Load as shoppers make it: Locust users over our client, arrivals that do not wait for answers, objectives that are met or not.

shapes      how many requests a second, and for how long
schedule    when each request is due
mix         what each request asks
locustfile  what Locust runs: the users
begun       the options of each test that Locust began, beside its samples
stage_lines the server's stages, as further lines of Locust's statistics
samples     one line a request, as the users write them
phases      the figures of each phase, from these lines
objectives  what has to hold
generator   Locust's processes, headless or with its web page
"""
