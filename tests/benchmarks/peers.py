"""The same models in SimPy and Ciw, as one would write them there, given the same luck.

Plain lists go in, which Python reads faster than arrays.
"""

import math

import ciw
import numpy as np
import simpy

NEVER = math.inf


def simpy_first_come(comes_at, hours, servers):
    """When each customer is taken."""
    environment = simpy.Environment()
    staff = simpy.Resource(environment, servers)
    taken_at = [NEVER] * len(comes_at)

    def customer(number):
        with staff.request() as turn:
            yield turn
            taken_at[number] = environment.now
            yield environment.timeout(hours[number])

    def arrivals():
        for number, moment in enumerate(comes_at):
            yield environment.timeout(moment - environment.now)
            environment.process(customer(number))

    environment.process(arrivals())
    environment.run()
    return taken_at


def simpy_by_class(classes, servers, horizon):
    """When each case of each class is taken; the first class is the most urgent."""
    environment = simpy.Environment()
    staff = simpy.PriorityResource(environment, servers)
    taken_at = [[NEVER] * len(moments) for moments, _ in classes]

    def case(rank, number, hours):
        with staff.request(priority=rank) as turn:
            yield turn
            taken_at[rank][number] = environment.now
            yield environment.timeout(hours)

    def arrivals(rank, moments, hours):
        for number, moment in enumerate(moments):
            if moment > environment.now:
                yield environment.timeout(moment - environment.now)
            environment.process(case(rank, number, hours[number]))

    for rank, (moments, hours) in enumerate(classes):
        environment.process(arrivals(rank, moments, hours))
    environment.run(until=horizon)
    return taken_at


def ciw_by_class(classes, servers, horizon):
    """When each case of each class that was finished in time is taken, class by class in order.

    Ciw leaves open in which order simultaneous arrivals come, so they are a little apart, the more
    urgent first.
    """
    apart = 1e-9
    names = [f"class {rank}" for rank in range(len(classes))]
    gaps, needs = {}, {}
    earlier = 1
    for name, (moments, hours) in zip(names, classes, strict=True):
        spread = np.asarray(moments) + apart * np.arange(earlier, earlier + len(moments))
        earlier += len(moments)
        between = np.diff(spread, prepend=0.0)
        gaps[name] = [ciw.dists.Sequential([*between.tolist(), NEVER])]
        needs[name] = [ciw.dists.Sequential([*hours, 1.0])]
    network = ciw.create_network(
        arrival_distributions=gaps,
        service_distributions=needs,
        number_of_servers=[servers],
        priority_classes={name: rank for rank, name in enumerate(names)},
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(horizon)
    taken_at = {name: [] for name in names}
    for record in simulation.get_all_records():
        taken_at[record.customer_class].append(record.service_start_date)
    return [sorted(taken_at[name]) for name in names]


def simpy_owned(cases, caseworkers, horizon):
    """When each episode is done; `cases` are (arrived at, due at, [(hours, delay)])."""
    environment = simpy.Environment()
    desks = [simpy.PriorityResource(environment) for _ in range(caseworkers)]
    loads = [0] * caseworkers
    done_at = [[NEVER] * len(episodes) for _, _, episodes in cases]

    def case(number, due_at, episodes):
        owner = loads.index(min(loads))
        loads[owner] += 1
        for episode, (hours, delay) in enumerate(episodes):
            with desks[owner].request(priority=due_at) as turn:
                yield turn
                yield environment.timeout(hours)
            done_at[number][episode] = environment.now
            if delay > 0:
                yield environment.timeout(delay)
        loads[owner] -= 1

    def arrivals():
        for number, (arrived_at, due_at, episodes) in enumerate(cases):
            if arrived_at > environment.now:
                yield environment.timeout(arrived_at - environment.now)
            environment.process(case(number, due_at, episodes))

    environment.process(arrivals())
    environment.run(until=horizon)
    return done_at
