/* What `simulations.casework` does where all work lies on owners' desks, earliest due first, and
   the least loaded gets the next case: the same records, the same tournaments, agenda, piles and
   work clocks, in C. Only the benchmark compiles it. The records are told in `records.h`, which is
   written from those of `simulations.office`. */

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "records.h"

enum { NOTHING = -1, EMPTY = -1 };
enum { SAVABLE, LATE };
enum { ON_OWN_DESK, ON_TEAM_DESK, ON_NO_DESK };
enum { FROM_ARRIVAL, FROM_STRAND, FROM_MILESTONE };
enum { MET, RUNNING, LAPSED };
#define NEVER INFINITY
#define LONG_AGO (-1e300)
#define NOBODY INT64_MAX
enum { EPISODES_A_SLOT = 2, LEAST_SLOTS = 64 };

typedef struct {
    const step_t *steps;
    const duty_t *duties;
    const double *due_dates;
    int64_t due_days;
    team_t *teams;
    case_t *cases;
    strand_t *strands;
    laid_t *laid;
    const episode_t *episodes;
    caseworker_t *caseworkers;
    const interval_t *intervals;
    double *milestone_at;
    int64_t *desks; /* two piles a desk */
    standing_t *standings;
    awaited_t *awaited;
    int64_t *slots;
    moment_t *at_hand;
    agenda_tally_t *agenda;
    moment_t *looking;
    clock_t_ *clocks;
    tally_t *tally;
    double *busy_hours;
    int64_t n_teams, n_cases, n_strands, n_people, n_episodes;
} office_t;

/* --- Tournaments, agenda, piles ------------------------------------------------------------ */

static int64_t places(int64_t contestants) {
    int64_t room = 4;
    while (room < 2 * contestants) room *= 2;
    return room;
}

static void play_all(standing_t *standings, int64_t size, int64_t contestants, int64_t first) {
    int64_t half = size / 2;
    for (int64_t place = 0; place < size; place++) {
        standings[place].key = NEVER;
        standings[place].number = INT64_MAX;
    }
    for (int64_t place = 0; place < contestants; place++)
        standings[half + place].number = first + place;
    for (int64_t match = half - 1; match > 0; match--) {
        int64_t left = standings[2 * match].number, right = standings[2 * match + 1].number;
        standings[match].number = left < right ? left : right;
    }
}

static void play_again(standing_t *standings, int64_t size, int64_t place, double key) {
    int64_t here = size / 2 + place, number = standings[here].number;
    standings[here].key = key;
    while (here > 1) {
        standing_t other = standings[here ^ 1];
        bool other_first = (other.key < key) | ((other.key == key) & (other.number < number));
        key = other_first ? other.key : key;
        number = other_first ? other.number : number;
        here /= 2;
        standings[here] = (standing_t){key, number};
    }
}

static void put_in(moment_t *heap, int64_t count, double at, int64_t number) {
    int64_t here = count;
    while (here > 0) {
        int64_t above = (here - 1) / 2;
        moment_t noted = heap[above];
        if (noted.at < at || (noted.at == at && noted.number < number)) break;
        heap[here] = noted;
        here = above;
    }
    heap[here] = (moment_t){at, number};
}

static void take_out(moment_t *heap, int64_t count, int64_t place) {
    int64_t last = count - 1, here = place;
    while (2 * here + 2 < last) {
        moment_t left = heap[2 * here + 1], right = heap[2 * here + 2];
        bool right_first = (right.at < left.at) | ((right.at == left.at) & (right.number < left.number));
        heap[here] = right_first ? right : left;
        here = 2 * here + 1 + right_first;
    }
    if (2 * here + 1 < last) {
        heap[here] = heap[2 * here + 1];
        here = 2 * here + 1;
    }
    if (here < last) put_in(heap, here, heap[last].at, heap[last].number);
}

static int64_t slot_of(office_t *o, double at) {
    double slot = at * o->agenda->slots_per_day;
    return slot < o->agenda->slots - 1 ? (int64_t)slot : o->agenda->slots - 1;
}

static void expect(office_t *o, int64_t number, double at) {
    if (at >= o->agenda->horizon) return;
    o->awaited[number].at = at;
    int64_t slot = slot_of(o, at);
    if (slot <= o->agenda->opened) {
        put_in(o->at_hand, o->agenda->at_hand++, at, number);
    } else {
        o->awaited[number].beside = o->slots[slot];
        o->slots[slot] = number;
    }
}

static void expect_no_more(office_t *o, int64_t number) {
    double at = o->awaited[number].at;
    if (at == NEVER) return;
    o->awaited[number].at = NEVER;
    int64_t slot = slot_of(o, at);
    if (slot <= o->agenda->opened) {
        int64_t place = 0;
        while (o->at_hand[place].number != number) place++;
        take_out(o->at_hand, o->agenda->at_hand--, place);
        return;
    }
    int64_t *known = o->slots + slot;
    while (*known != number) known = &o->awaited[*known].beside;
    *known = o->awaited[number].beside;
}

static moment_t first_awaited(office_t *o, double until) {
    int64_t last = slot_of(o, fmin(until, o->agenda->horizon));
    while (o->agenda->at_hand == 0 && o->agenda->opened < last) {
        int64_t number = o->slots[++o->agenda->opened];
        while (number != NOBODY) {
            put_in(o->at_hand, o->agenda->at_hand++, o->awaited[number].at, number);
            number = o->awaited[number].beside;
        }
    }
    return o->agenda->at_hand == 0 ? (moment_t){NEVER, NOBODY} : o->at_hand[0];
}

static void strike_first(office_t *o) {
    o->awaited[o->at_hand[0].number].at = NEVER;
    take_out(o->at_hand, o->agenda->at_hand--, 0);
}

#define PILE_OF(record_t, name)                                                                   \
    static int64_t joined_##name(int64_t one, int64_t other, record_t *records) {                  \
        if (one == EMPTY) return other;                                                            \
        if (other == EMPTY) return one;                                                            \
        record_t *a = records + other, *b = records + one;                                         \
        bool first = a->first_key != b->first_key     ? a->first_key < b->first_key                \
                     : a->second_key != b->second_key ? a->second_key < b->second_key              \
                                                      : other < one;                               \
        if (first) {                                                                               \
            int64_t swapped = one;                                                                 \
            one = other;                                                                           \
            other = swapped;                                                                       \
        }                                                                                          \
        records[other].beside = records[one].below;                                                \
        records[one].below = other;                                                                \
        return one;                                                                                \
    }                                                                                              \
    static int64_t with_one_more_##name(int64_t top, int64_t number, record_t *records) {          \
        records[number].below = records[number].beside = EMPTY;                                    \
        return joined_##name(top, number, records);                                                \
    }                                                                                              \
    static int64_t without_top_##name(int64_t top, record_t *records) {                            \
        int64_t pairs = EMPTY, one = records[top].below;                                           \
        while (one != EMPTY) {                                                                     \
            int64_t other = records[one].beside, rest = EMPTY;                                     \
            records[one].beside = EMPTY;                                                           \
            if (other != EMPTY) {                                                                  \
                rest = records[other].beside;                                                      \
                records[other].beside = EMPTY;                                                     \
                one = joined_##name(one, other, records);                                          \
            }                                                                                      \
            records[one].beside = pairs;                                                           \
            pairs = one;                                                                           \
            one = rest;                                                                            \
        }                                                                                          \
        int64_t new_top = EMPTY;                                                                   \
        while (pairs != EMPTY) {                                                                   \
            int64_t rest = records[pairs].beside;                                                  \
            records[pairs].beside = EMPTY;                                                         \
            new_top = joined_##name(new_top, pairs, records);                                      \
            pairs = rest;                                                                          \
        }                                                                                          \
        return new_top;                                                                            \
    }

PILE_OF(laid_t, strand)
PILE_OF(case_t, case)

/* --- Work clocks ---------------------------------------------------------------------------- */

static int64_t interval_at(caseworker_t *worker, double now, const interval_t *clocks) {
    int64_t here = worker->interval;
    while (here < worker->last_interval && clocks[here].closes_at <= now) here++;
    return worker->interval = here;
}

static double hours_at(caseworker_t *worker, double now, const interval_t *clocks) {
    int64_t here = interval_at(worker, now, clocks), last = worker->last_interval;
    if (here == last) return last > worker->first_interval ? clocks[last - 1].hours_at_close : 0.0;
    const interval_t *open = clocks + here;
    if (now <= open->opens_at) return open->hours_at_open;
    double into = (now - open->opens_at) / (open->closes_at - open->opens_at);
    return open->hours_at_open + into * (open->hours_at_close - open->hours_at_open);
}

static double runs_from(caseworker_t *worker, double now, const interval_t *clocks) {
    int64_t here = interval_at(worker, now, clocks);
    return here < worker->last_interval ? fmax(now, clocks[here].opens_at) : NEVER;
}

static double moment_of(caseworker_t *worker, double hours, double now, const interval_t *clocks) {
    int64_t here = worker->interval;
    while (here < worker->last_interval && clocks[here].hours_at_close < hours) here++;
    if (here == worker->last_interval) return NEVER;
    const interval_t *open = clocks + here;
    double into = (hours - open->hours_at_open) / (open->hours_at_close - open->hours_at_open);
    return fmax(now, open->opens_at + into * (open->closes_at - open->opens_at));
}

/* --- Who acts when, who is free, who has room ------------------------------------------------ */

static void acts_at(office_t *o, int64_t caseworker, double moment) {
    expect_no_more(o, caseworker);
    expect(o, caseworker, moment);
}

static void looks_now(office_t *o, int64_t caseworker, double since) {
    expect_no_more(o, caseworker);
    put_in(o->looking, o->tally->looking++, since, caseworker);
}

static void free_since(office_t *o, int64_t caseworker, double since) {
    caseworker_t *worker = o->caseworkers + caseworker;
    if (worker->free_since != since) {
        worker->free_since = since;
        team_t *team = o->teams + worker->team;
        play_again(o->standings + team->first_standing, team->standings,
                   caseworker - team->first_caseworker, since);
    }
}

static void count_load(office_t *o, int64_t caseworker) {
    caseworker_t *worker = o->caseworkers + caseworker;
    team_t *team = o->teams + worker->team;
    bool has_room = worker->fte > 0 && worker->load < team->caseload_limit * worker->fte;
    worker->crowding = has_room ? worker->load / worker->fte : NEVER;
    play_again(o->standings + team->first_standing + team->standings, team->standings,
               caseworker - team->first_caseworker, worker->crowding);
}

static void assign_in(office_t *o, int64_t team) {
    if (!o->teams[team].to_assign && o->teams[team].queue != EMPTY) {
        o->teams[team].to_assign = true;
        o->tally->teams_to_assign++;
    }
}

/* --- Deadlines and their clocks -------------------------------------------------------------- */

static const step_t *step_of(office_t *o, int64_t strand) {
    return o->steps + o->episodes[o->strands[strand].episode].step;
}

static double started_at(office_t *o, int64_t duty, int64_t strand) {
    case_t *the_case = o->cases + o->strands[strand].case_;
    if (o->duties[duty].starts == FROM_ARRIVAL) return the_case->arrived_at;
    if (o->duties[duty].starts == FROM_STRAND) return o->strands[strand].began_at;
    return o->milestone_at[the_case->first_milestone + o->duties[duty].milestone];
}

static double due_at(office_t *o, int64_t duty, int64_t strand) {
    if (duty < 0) return NEVER;
    double started = started_at(o, duty, strand);
    if (started == NEVER) return NEVER;
    if (o->duties[duty].due_dates < 0) return started + o->duties[duty].hours / 24;
    int64_t day = (int64_t)floor(started) - o->tally->first_day;
    return o->due_dates[o->duties[duty].due_dates * o->due_days + day];
}

static void write_clock(office_t *o, int64_t duty, int64_t strand, int outcome, double ended) {
    double started = started_at(o, duty, strand);
    if (started == NEVER) return;
    clock_t_ *clock = o->clocks + o->tally->clocks++;
    clock->duty = duty;
    clock->strand = strand;
    clock->outcome = outcome;
    clock->started_at = started;
    clock->due_at = due_at(o, duty, strand);
    clock->ended_at = ended;
}

static void write_open_clocks(office_t *o, int64_t strand, int outcome, double ended) {
    strand_t *work = o->strands + strand;
    if (!work->has_begun || work->has_ended) return;
    for (int64_t episode = work->episode; episode < work->last_episode; episode++) {
        const step_t *step = o->steps + o->episodes[episode].step;
        if (step->begins_round && episode > work->episode) return;
        if (step->meets >= 0) write_clock(o, step->meets, strand, outcome, ended);
    }
}

/* --- Owners ---------------------------------------------------------------------------------- */

static void goes_on_at(office_t *o, int64_t strand, double moment) {
    expect(o, o->n_people + strand, moment);
}

static void wait_for_owner(office_t *o, int64_t number, double now) {
    case_t *wanted = o->cases + number;
    team_t *team = o->teams + wanted->team;
    wanted->waits_for_owner = true;
    wanted->first_key = o->strands[wanted->first_strand].due_at;
    wanted->second_key = now;
    team->queue = with_one_more_case(team->queue, number, o->cases);
    team->waiting_cases++;
    assign_in(o, wanted->team);
}

static void take_on(office_t *o, int64_t number, int64_t owner, double now) {
    case_t *owned = o->cases + number;
    caseworker_t *worker = o->caseworkers + owner;
    owned->waits_for_owner = owned->ignores_limit = false;
    owned->owner = owner;
    owned->previous_of_owner = NOTHING;
    owned->next_of_owner = worker->first_case;
    if (worker->first_case != NOTHING) o->cases[worker->first_case].previous_of_owner = number;
    worker->first_case = number;
    worker->load += owned->weight;
    count_load(o, owner);
    for (int64_t strand = owned->first_strand; strand < owned->last_strand; strand++)
        if (o->strands[strand].waits_for_owner) {
            o->strands[strand].waits_for_owner = false;
            goes_on_at(o, strand, now);
        }
}

static void find_owners(office_t *o, int64_t team, double now) {
    team_t *own = o->teams + team;
    own->to_assign = false;
    o->tally->teams_to_assign--;
    for (;;) {
        int64_t first = own->queue;
        while (first != EMPTY && !o->cases[first].waits_for_owner)
            first = without_top_case(first, o->cases);
        own->queue = first;
        if (first == EMPTY) return;
        standing_t least_crowded = o->standings[own->first_standing + own->standings + 1];
        if (least_crowded.key == NEVER) return;
        own->queue = without_top_case(first, o->cases);
        own->waiting_cases--;
        take_on(o, first, least_crowded.number, now);
    }
}

static void release(office_t *o, int64_t number) {
    case_t *owned = o->cases + number;
    caseworker_t *worker = o->caseworkers + owned->owner;
    if (owned->previous_of_owner == NOTHING)
        worker->first_case = owned->next_of_owner;
    else
        o->cases[owned->previous_of_owner].next_of_owner = owned->next_of_owner;
    if (owned->next_of_owner != NOTHING)
        o->cases[owned->next_of_owner].previous_of_owner = owned->previous_of_owner;
    worker->load -= owned->weight;
    count_load(o, owned->owner);
    owned->owner = NOTHING;
    assign_in(o, worker->team);
}

static void close_case(office_t *o, int64_t number, double now) {
    case_t *closed = o->cases + number;
    closed->is_open = false;
    closed->closed_at = now;
    o->teams[closed->team].open_cases--;
    if (closed->waits_for_owner) {
        closed->waits_for_owner = false;
        o->teams[closed->team].waiting_cases--;
    }
    for (int64_t strand = closed->first_strand; strand < closed->last_strand; strand++) {
        strand_t *work = o->strands + strand;
        if (work->has_ended || work->outlives_case) continue;
        write_open_clocks(o, strand, LAPSED, now);
        work->has_ended = true;
        work->waits_for_owner = false;
        o->laid[strand].desk = NOTHING;
    }
    if (closed->owner != NOTHING) release(o, number);
}

/* --- Work ------------------------------------------------------------------------------------ */

static int64_t first_in(office_t *o, int64_t desk, int64_t pile) {
    int64_t top = o->desks[2 * desk + pile];
    while (top != EMPTY && o->laid[top].desk != desk) top = without_top_strand(top, o->laid);
    return o->desks[2 * desk + pile] = top;
}

static void look_for_work(office_t *o, int64_t caseworker, double now) {
    caseworker_t *worker = o->caseworkers + caseworker;
    double runs = runs_from(worker, now, o->intervals);
    if (runs > now) {
        acts_at(o, caseworker, runs);
        return;
    }
    int64_t shared_desk = o->n_people + worker->team;
    int64_t strand = first_in(o, caseworker, SAVABLE), shared = first_in(o, shared_desk, SAVABLE);
    if (strand == EMPTY && shared == EMPTY) {
        free_since(o, caseworker, worker->idle_since);
        return;
    }
    o->desks[2 * caseworker + SAVABLE] = without_top_strand(strand, o->laid);
    strand_t *work = o->strands + strand;
    o->laid[strand].desk = NOTHING;
    worker->in_hand = strand;
    worker->took_at_hours = hours_at(worker, now, o->intervals);
    case_t *of = o->cases + work->case_;
    double hours = work->remaining_hours + of->handover_hours;
    of->handover_hours = 0.0;
    if (worker->last_case != work->case_) hours += o->teams[worker->team].switching_hours;
    worker->last_case = work->case_;
    work->taken_by = caseworker;
    worker->done_at_hours = worker->took_at_hours + hours;
    acts_at(o, caseworker, moment_of(worker, worker->done_at_hours, now, o->intervals));
}

static void finish(office_t *o, int64_t caseworker, double now) {
    caseworker_t *worker = o->caseworkers + caseworker;
    int64_t strand = worker->in_hand;
    worker->busy_hours += worker->done_at_hours - worker->took_at_hours;
    worker->in_hand = NOTHING;
    worker->idle_since = now;
    looks_now(o, caseworker, now);
    strand_t *work = o->strands + strand;
    work->taken_by = NOTHING;
    work->remaining_hours = -1.0;
    goes_on_at(o, strand, now + o->episodes[work->episode].delay_days);
}

static void pass_milestone(office_t *o, int64_t strand, double now) {
    const step_t *step = step_of(o, strand);
    if (step->meets >= 0) write_clock(o, step->meets, strand, MET, now);
    case_t *of = o->cases + o->strands[strand].case_;
    if (step->milestone < 0 || o->milestone_at[of->first_milestone + step->milestone] != NEVER)
        return;
    o->milestone_at[of->first_milestone + step->milestone] = now;
    if (!of->is_open) return;
    for (int64_t other = of->first_strand; other < of->last_strand; other++)
        if (o->strands[other].trigger == step->milestone) {
            o->strands[other].began_at = now;
            goes_on_at(o, other, now);
        }
}

static void place(office_t *o, int64_t strand, double now) {
    strand_t *work = o->strands + strand;
    case_t *of = o->cases + work->case_;
    if (of->owner == NOTHING) {
        work->waits_for_owner = true;
        if (!of->waits_for_owner) wait_for_owner(o, work->case_, now);
        return;
    }
    work->is_ready = false;
    laid_t *laid = o->laid + strand;
    laid->first_key = work->due_at;
    laid->second_key = work->ready_at;
    laid->desk = of->owner;
    int64_t *top = o->desks + 2 * of->owner + SAVABLE;
    *top = with_one_more_strand(*top, strand, o->laid);
    caseworker_t *worker = o->caseworkers + of->owner;
    if (worker->in_hand == NOTHING && worker->free_since != NEVER) {
        free_since(o, of->owner, NEVER);
        looks_now(o, of->owner, worker->idle_since);
    }
}

static int64_t go_on(office_t *o, int64_t strand, double now) {
    strand_t *work = o->strands + strand;
    case_t *of = o->cases + work->case_;
    if (work->has_ended) return NOTHING;
    bool has_ended_episode = work->has_begun && !work->is_ready;
    if (!work->has_begun) {
        work->has_begun = true;
        if (work->is_route && !of->is_open) {
            of->is_open = true;
            o->teams[of->team].open_cases++;
        }
    }
    while (!work->is_ready) {
        if (has_ended_episode) {
            pass_milestone(o, strand, now);
            work->episode++;
            if (work->episode == work->last_episode) {
                work->has_ended = true;
                return work->is_route ? work->case_ : NOTHING;
            }
        }
        const episode_t *episode = o->episodes + work->episode;
        const step_t *step = o->steps + episode->step;
        if (step->begins_round && (has_ended_episode || work->trigger != NOTHING))
            work->began_at = now;
        work->due_at = due_at(o, step->towards, strand);
        has_ended_episode = true;
        if (step->desk != ON_NO_DESK) {
            work->is_ready = true;
            work->ready_at = now;
            if (work->remaining_hours < 0) work->remaining_hours = episode->effort_hours;
        } else if (episode->delay_days > 0) {
            goes_on_at(o, strand, now + episode->delay_days);
            return NOTHING;
        }
    }
    place(o, strand, now);
    return NOTHING;
}

/* --- The office, from its opening to the horizon --------------------------------------------- */

static void open_office(office_t *o, const team_t *teams, const case_t *cases,
                        const strand_t *strands, const caseworker_t *caseworkers, double horizon) {
    memset(o->tally, 0, sizeof *o->tally);
    int64_t held = 0, slots = o->n_episodes / EPISODES_A_SLOT;
    slots = slots > LEAST_SLOTS ? slots : LEAST_SLOTS;
    *o->agenda = (agenda_tally_t){-1, slots, 0, slots / horizon, horizon};
    for (int64_t number = 0; number < o->n_people + o->n_strands; number++)
        o->awaited[number].at = NEVER;
    for (int64_t slot = 0; slot < slots; slot++) o->slots[slot] = NOBODY;
    for (int64_t strand = 0; strand < o->n_strands; strand++) o->laid[strand].desk = NOTHING;
    memcpy(o->teams, teams, o->n_teams * sizeof *teams);
    memcpy(o->cases, cases, o->n_cases * sizeof *cases);
    memcpy(o->strands, strands, o->n_strands * sizeof *strands);
    memcpy(o->caseworkers, caseworkers, o->n_people * sizeof *caseworkers);
    for (int64_t team = 0; team < o->n_teams; team++) {
        team_t *own = o->teams + team;
        int64_t size = own->last_caseworker - own->first_caseworker;
        own->first_standing = held;
        own->standings = places(size);
        for (int which = 0; which < 2; which++, held += own->standings)
            play_all(o->standings + held, own->standings, size, own->first_caseworker);
    }
    for (int64_t desk = 0; desk < 2 * (o->n_people + o->n_teams); desk++) o->desks[desk] = EMPTY;
    for (int64_t each = 0; each < o->n_people; each++) {
        o->caseworkers[each].free_since = NEVER;
        o->caseworkers[each].idle_since = fmax(o->caseworkers[each].idle_since, LONG_AGO);
        acts_at(o, each, 0.0);
        count_load(o, each);
    }
    for (int64_t number = 0; number < o->n_cases; number++)
        if (o->cases[number].is_open) {
            o->teams[o->cases[number].team].open_cases++;
            wait_for_owner(o, number, 0.0);
        }
}

static void find_all_owners(office_t *o, double now) {
    for (int64_t team = 0; team < o->n_teams; team++)
        if (o->teams[team].to_assign) find_owners(o, team, now);
}

int64_t casework(office_t *o, const team_t *teams, const case_t *cases, const strand_t *strands,
                 const caseworker_t *caseworkers, const int64_t *starts, int64_t n_starts,
                 double horizon) {
    open_office(o, teams, cases, strands, caseworkers, horizon);
    find_all_owners(o, 0.0);
    int64_t starting = 0;
    double now = -NEVER, starts_at = n_starts ? o->strands[starts[0]].starts_at : NEVER;
    for (;;) {
        bool is_rest = o->tally->looking + o->tally->teams_to_assign == 0;
        moment_t first = first_awaited(o, is_rest ? starts_at : now);
        double then = fmin(starts_at, first.at);
        if (then > now) {
            if (o->tally->teams_to_assign > 0) {
                find_all_owners(o, now);
                continue;
            }
            if (o->tally->looking > 0) {
                int64_t looker = o->looking[0].number;
                take_out(o->looking, o->tally->looking--, 0);
                look_for_work(o, looker, now);
                continue;
            }
            if (then >= horizon) break;
            now = then;
        }
        int64_t closed = NOTHING;
        if (first.at == now && first.number < o->n_people) {
            strike_first(o);
            if (o->caseworkers[first.number].in_hand != NOTHING)
                finish(o, first.number, now);
            else
                looks_now(o, first.number, o->caseworkers[first.number].idle_since);
        } else {
            int64_t strand = first.number - o->n_people;
            if (first.at > now || (starts_at == now && starts[starting] < strand)) {
                strand = starts[starting++];
                starts_at = starting < n_starts ? o->strands[starts[starting]].starts_at : NEVER;
            } else {
                strike_first(o);
            }
            closed = go_on(o, strand, now);
        }
        if (closed != NOTHING && o->cases[closed].is_open) close_case(o, closed, now);
    }
    for (int64_t strand = 0; strand < o->n_strands; strand++)
        write_open_clocks(o, strand, RUNNING, NEVER);
    for (int64_t each = 0; each < o->n_people; each++) {
        caseworker_t *worker = o->caseworkers + each;
        o->busy_hours[each] = worker->busy_hours;
        if (worker->in_hand != NOTHING)
            o->busy_hours[each] += hours_at(worker, horizon, o->intervals) - worker->took_at_hours;
    }
    return o->tally->clocks;
}
