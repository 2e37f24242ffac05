"""Roles without a name: "Bartender", "Man #2", "Girl in Red", "Raj's Mother".

The list holds everyday English words for people, their work, their family and where they are. A missing word
costs little: it is an ordinary word among the expected names. A word too many would cost a name, so words
that are as often a surname or a nickname as a trade (Mason, Tank, Mouse, Baker) are left out.
"""

from __future__ import annotations

import re

from stage_runners.tmdb.film_facts import folded

_WORDS = """
man woman boy girl kid child children baby infant guy fellow lady ladies gentleman gentlemen men women boys
girls kids guys person people
teen teenager youth old elder adult stranger friend neighbor neighbour roommate colleague boss employee
worker staff
mother father mom mum dad mama papa mommy daddy son daughter brother sister twin uncle aunt grandma grandpa
grandmother grandfather
grandson granddaughter cousin nephew niece husband wife widow widower bride groom bridesmaid fiance fiancee
boyfriend girlfriend
stepmother stepfather parent lover ex
bartender barman barmaid waiter waitress chef cook butler maid servant housekeeper nanny babysitter cleaner
janitor gardener porter
receptionist secretary assistant clerk cashier shopkeeper salesman saleswoman salesperson seller vendor
hawker merchant trader customer
client manager owner landlord landlady hotelier host hostess concierge doorman bellboy usher barber
hairdresser tailor
doctor nurse surgeon paramedic patient psychiatrist psychologist therapist dentist physician orderly medic
police policeman policewoman cop cops officer constable detective sheriff deputy trooper guard bodyguard
bouncer security warden jailer
prisoner inmate convict thief robber burglar gangster thug goon henchman henchmen criminal killer hitman
assassin kidnapper dealer pimp
prostitute hooker stripper victim witness hostage suspect informer informant
soldier soldiers marine sailor pilot stewardess steward captain general colonel major lieutenant sergeant
corporal private commander
judge lawyer attorney prosecutor juror bailiff magistrate politician minister senator congressman mayor
ambassador
driver chauffeur passenger biker cyclist motorist mechanic conductor engineer technician electrician plumber
carpenter builder farmer
fisherman hunter miner villager villagers peasant peasants shepherd townsman townsperson
teacher student students pupil schoolgirl schoolboy classmate professor coach principal librarian scientist
researcher
priest nun monk pastor preacher bishop vicar rabbi imam reverend
reporter journalist anchor newscaster announcer presenter newsreader interviewer cameraman photographer
editor producer
director narrator commentator voice voices singer dancer dancers musician drummer guitarist pianist performer
entertainer artist actor actress
model extra extras ensemble chorus various crowd mob onlooker bystander pedestrian passerby spectator
audience guest guests visitor tourist
partygoer clubber patron regular drunk drunkard beggar tramp homeless bum addict junkie
messenger courier postman mailman deliveryman operator dispatcher caller
zombie zombies monster creature alien aliens ghost vampire demon robot
cousin heckler referee umpire player players boxer wrestler fan fans mourner protester protestor refugee
first second third fourth fifth head chief senior junior lead main other another additional background
uncredited unnamed unknown
young younger older little big small tall short fat thin pretty beautiful handsome angry nervous crying
drunken blind rich poor dead
hotel bar shop store hospital school college university bank office train bus taxi cab truck airport airline
station street
prison jail court club party wedding funeral church temple village farm army navy military fbi cia swat news
tv television radio
phone telephone traffic night pizza coffee restaurant diner pub cafe flight delivery desk front male female
"""
_PEOPLE = frozenset(_WORDS.split())
_LINK_WORDS = "in at with on of from by near behind under for to who wearing holding the a an and or s"
_LINKS = frozenset(_LINK_WORDS.split())
_NUMBER = re.compile(r"\s*(?:#\s*\d+|\bno\.\s*\d+|\bnumber \d+)\b|\s+\d{1,2}$", re.IGNORECASE)
_HASH = re.compile(r"#\s*\d")


def nameless(name: str) -> bool:
    """Whether a role is only a part ("Bartender", "Man #2", "Girl in Red", "Raj's Mother") and not a name."""
    if _HASH.search(name):
        return True
    bare = _NUMBER.sub("", name).strip(" .,:-")
    if not any(c.isalpha() for c in bare):
        return True
    if any(c.islower() for c in bare) and not any(c.isupper() for c in bare):
        return True  # lower case: "old man at the door"
    owner, mark, owned = re.sub("[\u2019`]", "'", bare).partition("'s ")
    if mark and owner:
        bare = owned
    words = folded(bare.replace("-", " ").replace("'", " ")).split()
    if not words:
        return True
    head = words[1:] if words[0] in {"the", "a", "an"} and len(words) > 1 else words
    link = next((k for k, word in enumerate(head) if word in _LINKS), len(head))
    return link > 0 and all(word in _PEOPLE or word.isdigit() for word in head[:link])
