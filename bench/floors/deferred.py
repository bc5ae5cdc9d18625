"""Deferred acceptance as one would write it in an afternoon, with its stability check; no certificates."""

import heapq


def match(wishes, rankings, seats):
    """Learner-proposing deferred acceptance."""
    place = [{learner: n for n, learner in enumerate(ranking)} for ranking in rankings]
    held = [[] for _ in seats]
    tried = [0] * len(wishes)
    free = list(range(len(wishes)))
    while free:
        learner = free.pop()
        while tried[learner] < len(wishes[learner]):
            programme = wishes[learner][tried[learner]]
            tried[learner] += 1
            rank = place[programme].get(learner)
            if rank is None:
                continue
            heap = held[programme]
            if len(heap) < seats[programme]:
                heapq.heappush(heap, (-rank, learner))
                break
            if heap and -heap[0][0] > rank:
                free.append(heapq.heapreplace(heap, (-rank, learner))[1])
                break
    matched = [None] * len(wishes)
    for programme, heap in enumerate(held):
        for _rank, learner in heap:
            matched[learner] = programme
    return matched, held, place


def is_stable(wishes, seats, matched, held, place):
    """Whether no learner and programme would both rather have each other."""
    for learner, wanted in enumerate(wishes):
        for programme in wanted:
            if programme == matched[learner]:
                break
            rank = place[programme].get(learner)
            if rank is not None and (
                len(held[programme]) < seats[programme] or (held[programme] and -held[programme][0][0] > rank)
            ):
                return False
    return True
