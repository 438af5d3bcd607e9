"""Posts in whole numbers and posts by ratio, exactly (da: stillinger).

Exact fractions matter here: in floating point 21 / 0.7 is a hair more than 30, and a ceiling turns
the hair into a thirty-first post.
"""

from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from capacity.errors import InvalidInput
from capacity.refusals import refuse_below_zero, refuse_unless_above_zero
from capacity.units import FTE, Share
from capacity.wording import Text, rounded, shown


class PostRounding(StrEnum):
    """How a ratio becomes posts (da: afrunding af stillinger)."""

    EXACT = "exact"
    UP = "up"
    DOWN = "down"
    NEAREST = "nearest"


def whole_posts(net_fte: FTE, available_share: Share) -> int:
    """Return the whole posts that yield a net number of FTE (da: hele stillinger).

    `available_share` is the part of a post that is left after absence and vacancy. `InvalidInput`
    where the need is negative or the share not above 0 and at most 1.

    >>> whole_posts(Fraction(21), Fraction("0.7"))
    30
    """
    refuse_below_zero(net_fte, "net_fte")
    if not 0 < available_share <= 1:
        raise InvalidInput(
            Text(
                da=f"andel til rådighed {shown(available_share, 2, 'da')}; skriv over 0 og højst 1",
                en=f"available share {shown(available_share, 2, 'en')}; write above 0, at most 1",
            ),
            field="available_share",
        )
    return ceil(net_fte / available_share)


def posts_by_ratio(
    fte: FTE, one_per: Fraction, rounding: PostRounding = PostRounding.EXACT
) -> Fraction:
    """Return the posts that follow others, as one leader per n caseworkers (da: forholdstal).

    >>> posts_by_ratio(Fraction("23.92"), Fraction(12), PostRounding.UP)
    Fraction(2, 1)
    """
    refuse_below_zero(fte, "fte")
    refuse_unless_above_zero(one_per, "one_per")
    posts = fte / one_per
    match rounding:
        case PostRounding.EXACT:
            return posts
        case PostRounding.UP:
            return Fraction(ceil(posts))
        case PostRounding.DOWN:
            return Fraction(floor(posts))
        case PostRounding.NEAREST:
            return Fraction(rounded(posts, 0))
