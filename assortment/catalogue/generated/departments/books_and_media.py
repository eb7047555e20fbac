"""Books and media: invented works in genres and formats, games, and paper to write on."""

from __future__ import annotations

from typing import Final

from assortment.catalogue.generated.vocabulary import Department, ProductType

_FICTION: Final = ("Crime", "Romance", "Science Fiction", "Fantasy", "History", "Humour")
_BOOK_FORMATS: Final = ("Paperback", "Hardback", "E-book", "Audiobook")
_MUSIC: Final = ("Rock", "Jazz", "Soul", "Blues", "Country", "Classical", "Pop")
_PAPER: Final = ("Black", "Blue", "Red", "Green", "Pink", "Yellow", "Orange", "Brown", "Mint Green", "Navy Blue", "Purple")
_AUDIENCES: Final = ("Adults", "Teens", "Children")

_BOOKS: Final = (
    ProductType(
        name="Novels", family="Books", shape="book", nouns=("novel",), price=(8, 26), weight=1.6, varies=("format",),
        attributes={"genre": _FICTION, "format": _BOOK_FORMATS, "audience": ("Adults", "Teens")},
        features=("first in a series", "prize winner", "page-turner", "debut", "large print"),
        works=("The {adjective} {noun}", "A {noun} in {place}", "{noun} and {noun2}", "The Last {noun} of {place}",
               "The {noun} Case"),
    ),
    ProductType(
        name="Cookbooks", family="Books", shape="cookbook", nouns=("cookbook", "recipe book"), price=(12, 38), weight=1.0,
        varies=("format",),
        attributes={"genre": ("Baking", "Vegetarian", "Italian", "Quick Meals", "Soups"),
                    "format": ("Hardback", "Paperback", "E-book"), "audience": ("Adults", "Children")},
        features=("100 recipes", "with photographs", "for beginners", "for two"),
        works=("Apples, Oranges and {noun}", "The {adjective} Kitchen", "{place} at the Table", "Chocolate and {noun}",
               "Bread, Cheese, {noun}"),
    ),
    ProductType(
        name="Children's Books", family="Books", shape="picture_book", nouns=("picture book", "children's book"), price=(6, 18),
        weight=1.1, varies=("format",),
        attributes={"genre": ("Animals", "Bedtime", "Adventure", "Humour", "Fantasy"),
                    "format": ("Hardback", "Board Book", "Paperback", "Audiobook"), "audience": ("Children",)},
        features=("with flaps", "for reading aloud", "rhyming", "from 3 years", "with songs"),
        works=("The Mouse and the {noun}", "Little {adjective} Boots", "Where Is the {noun}?", "The {adjective} Mouse",
               "Good Night, {noun}"),
    ),
    ProductType(
        name="Travel Guides", family="Books", shape="guide", nouns=("travel guide", "guidebook"), price=(11, 28), weight=0.9,
        varies=("format",),
        attributes={"genre": ("Cities", "Islands", "Hiking", "Food", "History"), "format": ("Paperback", "E-book"),
                    "audience": ("Adults",)},
        features=("with folding map", "pocket size", "new edition", "by train"),
        works=("{place} and Around", "{place} on Foot", "48 Hours in {place}", "The {adjective} Islands"),
    ),
    ProductType(
        name="Comics", family="Books", shape="comic", nouns=("comic", "graphic novel"), price=(5, 27), weight=0.9,
        varies=("format",),
        attributes={"genre": ("Fantasy", "Science Fiction", "Humour", "Crime", "Adventure"),
                    "format": ("Paperback", "Hardback", "E-book"), "audience": _AUDIENCES},
        features=("volume 1", "volume 2", "complete edition", "in colour"),
        works=("Captain {noun}", "{noun} City", "The {adjective} {noun}", "Orange {noun}"),
    ),
    ProductType(
        name="History Books", family="Books", shape="book", nouns=("history book", "history"), price=(14, 42), weight=0.9,
        varies=("format",),
        attributes={"genre": ("Trade", "War", "Science", "Art", "Food"), "format": _BOOK_FORMATS, "audience": ("Adults",)},
        features=("illustrated", "with maps", "short", "revised edition"),
        works=("A History of the {noun}", "How the {noun} Changed {place}", "Salt, Silk and {noun}",
               "{place}: The {adjective} Years"),
    ),
    ProductType(
        name="Magazines", family="Books", shape="magazine", nouns=("magazine",), price=(3, 12), weight=0.7, varies=("format",),
        attributes={"genre": ("Computers", "Fashion", "Cooking", "Music", "Travel"), "format": ("Print", "E-book"),
                    "audience": ("Adults", "Teens")},
        features=("summer issue", "winter issue", "double issue", "yearbook"),
        works=("{noun} Monthly", "The {adjective} {noun}", "Modern {noun}", "{noun} & {noun2}"),
    ),
)  # fmt: skip
_MEDIA: Final = (
    ProductType(
        name="Films", family="Film and Series", shape="film", nouns=("film", "movie"), price=(5, 28), weight=1.3,
        varies=("format",),
        attributes={"genre": ("Crime", "Romance", "Comedy", "Science Fiction", "Documentary", "Fantasy"),
                    "format": ("DVD", "Blu-ray", "4K Disc"), "audience": _AUDIENCES},
        features=("director's cut", "restored", "collector's edition", "with extras"),
        works=("Boots", "The {adjective} Watch", "{adjective} {noun}", "Night Train to {place}", "The {noun} Monitor", "Charger"),
    ),
    ProductType(
        name="Series", family="Film and Series", shape="series", nouns=("series", "TV series"), price=(9, 49), weight=0.9,
        varies=("format",),
        attributes={"genre": ("Crime", "Comedy", "Documentary", "Fantasy", "History"), "format": ("DVD", "Blu-ray"),
                    "audience": _AUDIENCES},
        features=("season 1", "season 2", "season 3", "complete box"),
        works=("The {adjective} {noun}", "{place} Watch", "Cold {noun}", "House of {noun}"),
    ),
    ProductType(
        name="Vinyl Records", family="Music", shape="vinyl", nouns=("vinyl record", "LP", "record"), price=(14, 45), weight=1.1,
        varies=("format",),
        attributes={"genre": _MUSIC, "format": ("LP", "Double LP", "Single"),
                    "colour": ("Black", "Red", "Orange", "Blue", "White", "Yellow")},
        features=("live", "remastered", "limited edition", "debut album"),
        works=("{adjective} {noun}", "Songs from {place}", "Orange {noun}", "{noun} Jam", "Heavy {noun}"),
    ),
    ProductType(
        name="CDs", family="Music", shape="cd", nouns=("CD", "album"), price=(6, 24), weight=1.0, varies=("format",),
        attributes={"genre": _MUSIC, "format": ("CD", "Double CD", "Download")},
        features=("live", "remastered", "greatest hits", "debut album"),
        works=("{adjective} {noun}", "Songs from {place}", "The {noun} Sessions", "Blue {noun}", "Tea for {noun}"),
    ),
    ProductType(
        name="Video Games", family="Games", shape="video_game", nouns=("video game", "game"), price=(14, 75), weight=1.1,
        varies=("format",),
        attributes={"genre": ("Adventure", "Racing", "Puzzle", "Strategy", "Sport"), "format": ("Console", "PC", "Download"),
                    "audience": _AUDIENCES},
        features=("multiplayer", "with bonus level", "complete edition", "for two"),
        works=("{noun} Quest", "{adjective} Racer", "Empire of {place}", "{noun} Jumper", "Mouse Trap {place}"),
    ),
    ProductType(
        name="Board Games", family="Games", shape="board_game", nouns=("board game", "game"), price=(12, 59), weight=1.0,
        varies=("size",),
        attributes={"genre": ("Strategy", "Family", "Party", "Cooperative"), "audience": ("Children", "Adults", "Teens"),
                    "size": ("2-4 players", "3-6 players", "2 players")},
        features=("travel edition", "30 minutes", "award winner", "with expansion"),
        works=("Harbours of {place}", "The {adjective} Market", "{noun} Trail", "Tablets of {place}"),
    ),
    ProductType(
        name="Jigsaw Puzzles", family="Games", shape="puzzle", nouns=("jigsaw puzzle", "puzzle"), price=(8, 29), weight=0.8,
        varies=("size",),
        attributes={"genre": ("Animals", "Cities", "Art", "Maps"), "audience": _AUDIENCES,
                    "size": ("1000 pieces", "500 pieces", "100 pieces", "2000 pieces")},
        features=("with poster", "panorama", "round", "extra large pieces"),
        works=("{place} by Night", "{adjective} {noun}", "Map of {place}", "Still Life with {noun}"),
    ),
)  # fmt: skip
_STATIONERY: Final = (
    ProductType(
        name="Notebooks", family="Stationery", shape="notebook", nouns=("notebook", "writing book"), price=(3, 22), weight=1.2,
        varies=("colour", "size"),
        attributes={"colour": _PAPER, "pattern": ("Plain", "Striped", "Polka Dot", "Checked", "Floral"),
                    "material": ("Paper", "Leather", "Linen"), "size": ("A5", "A4", "A6")},
        features=("lined", "squared", "dotted pages", "with elastic band", "spiral-bound"),
    ),
    ProductType(
        name="Calendars", family="Stationery", shape="calendar", nouns=("wall calendar", "calendar"), price=(6, 25), weight=0.7,
        varies=("size",),
        attributes={"colour": _PAPER, "genre": ("Animals", "Art", "Cities", "Food"), "size": ("A4", "A3", "A5")},
        features=("family planner", "with space for notes", "weekly", "with holidays"),
    ),
    ProductType(
        name="Pencil Cases", family="Stationery", shape="pencil_case", nouns=("pencil case", "case"), price=(4, 24), weight=0.8,
        varies=("colour",),
        attributes={"colour": _PAPER, "pattern": ("Plain", "Striped", "Polka Dot", "Checked", "Zigzag"),
                    "material": ("Cotton", "Leather", "Silicone")},
        features=("with zip", "roll-up", "large", "with pockets"),
    ),
)  # fmt: skip

BOOKS_AND_MEDIA: Final = Department(
    name="Books and Media",
    code="B",
    brands={
        "Hollow Lantern Press": 1.0, "Paper Heron": 1.1, "Quillhaven": 1.05, "Saltmarsh House": 1.2, "Tin Roof Editions": 0.9,
        "Blue Ottoman": 1.0,
        "Moonmoth": 0.95, "Ninth Harbour": 1.15, "Velvet Acorn": 1.3, "Clockwork Pear": 0.85, "Inkbarrel": 0.8, "Larkspool": 0.75,
    },
    lines=("Classics", "Pocket", "Modern Voices", "Evergreen", "Gold", "Discovery"),
    titles=(
        "{work}: {genre} {noun}, {format} {size}",
        "{work} ({format} {size}), {genre}, {brand}",
        "{work}, {feature} {extra}, {genre} {noun} {for_audience}",
        "{brand} {line}: {work}, {noun}, {format} {size}, {colour}",
        "{work} - {noun}, {feature} {extra}, {format}, {genre} {colour} {size}",
        "{brand} {line} {feature} {pattern} {noun} {extra} {size}, {colour}, {genre}",
        "{colour} {pattern} {material} {noun}, {feature} {extra}, {size}, {brand}",
        "{brand} {material} {noun} {size} {colour} {pattern}, {feature} {extra}, {genre}",
    ),
    openings=(
        "{genre} {noun} {for_audience}: {feature} {extra}.",
        "{work} {noun} from the {line} series of {brand}.",
        "The {genre} {noun} everybody talked about, {feature} {extra}.",
    ),
    about={
        "Books": ("Somebody finds an apple, a key and a letter, and nothing stays as it was.",
                  "About a house by the sea and those who left it.",
                  "Clever, warm and a little strange.", "A journey through markets, mountains and kitchens.",
                  "For long evenings with a pot of tea."),
        "Film and Series": ("Full of surprises to the very end.", "A watch, a train and a secret.",
                            "For a rainy weekend on the sofa.", "Quiet, funny and sharp as a knife."),
        "Music": ("Recorded in a barn in three days.", "Deep bass, bright strings, no hurry.",
                  "Best played loud on an old record player."),
        "Games": ("Explained in five minutes, played for years.", "One more round, every time.", "For rainy afternoons."),
        "Stationery": ("For lists, plans and secrets.", "Paper that ink likes.", "Fits in any handbag."),
    },
    closings=("Printed on recycled paper.", "A fine present.", "Second edition.", ""),
    types=(*_BOOKS, *_MEDIA, *_STATIONERY),
    words={
        "adjective": ("Silent", "Crimson", "Orange", "Broken", "Golden", "Northern", "Velvet", "Hidden", "Blue", "Hungry",
                      "Paper", "Distant",
                      "Clockwork", "Gentle", "Black", "Second", "Electric", "Winter"),
        "noun": ("Apple", "Lighthouse", "Watch", "Cable", "Mouse", "Notebook", "Harbour", "Boots", "Orchard", "Tablet", "Honey",
                 "Coat", "River",
                 "Monitor", "Lamp", "Garden", "Leather", "Compass", "Coffee", "Mountain", "Jumper", "Camera", "Violin", "Silk",
                 "Station", "Fox"),
        "place": ("Valdora", "Lisgard", "Port Amaru", "Kestrel Bay", "Novaresca", "Old Tamsin", "Marlhaven", "Ostrell Sands",
                  "Cape Ellory", "Brennmark"),
    },
)  # fmt: skip
