"""What is said: threads between customers, the brand and helpful others, with planted truth."""

from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from connectors.sandbox.population import phrases
from connectors.sandbox.population.hours import HOLIDAYS, business_seconds
from connectors.sandbox.population.mastodon import Network, Wire
from connectors.sandbox.population.people import Person
from connectors.sandbox.population.shop import PRODUCTS
from connectors.sandbox.population.truth import Truth

WINDOW = timedelta(days=90)
INTENTS = (
    ("question", 34),
    ("complaint", 30),
    ("praise", 22),
    ("purchase", 8),
    ("churn_threat", 6),
)
ANSWERED = {"question": 0.6, "complaint": 0.85, "praise": 0.3, "crisis": 0.9}
BERLIN = ZoneInfo("Europe/Berlin")


class Talk:
    """Writes threads into the network and their truth beside it."""

    def __init__(
        self,
        *,
        network: Network,
        brand: Wire,
        people: list[Person],
        accounts: dict[str, Wire],
        seed: int,
        until: datetime,
        truth: Truth,
    ) -> None:
        self.network, self.brand, self.accounts = network, brand, accounts
        self.seed, self.until, self.truth = seed, until, truth
        self.speakers = [person for person in people if person.id in accounts]
        count = max(3, len(self.speakers) // 40)
        picked = Random(f"{seed}:advocates").sample(self.speakers, min(count, len(self.speakers)))
        self.advocates = [accounts[person.id] for person in picked]
        self._advocate_people = {accounts[person.id]["id"]: person.id for person in picked}
        self._helped: dict[str, int] = {}

    def everyday(self) -> None:
        """What customers start of themselves: nought to three threads each, and small talk."""
        for person in self.speakers:
            rng = Random(f"{self.seed}:talk:{person.id}")
            for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
                intent = rng.choices([i for i, _ in INTENTS], weights=[w for _, w in INTENTS])[0]
                self.thread(rng, person, intent)
            for _ in range(rng.choice((0, 1, 2))):
                text = self._fill(rng, person, rng.choice(phrases.CHATTER))
                status = self.network.status(
                    self.accounts[person.id], text, self._moment(rng), likes=rng.randrange(6)
                )
                self.truth.intents[status["id"]] = "noise"

    def helpfulness(self) -> None:
        """Every advocate answers eight to fourteen questions and is mostly thanked for it."""
        for advocate in self.advocates:
            rng = Random(f"{self.seed}:advocate:{advocate['username']}")
            for _ in range(rng.randrange(8, 15)):
                asker = rng.choice(self.speakers)
                if self.accounts[asker.id] is not advocate:
                    self.thread(rng, asker, "question", helper=advocate)
        for account in self.advocates:
            key = account["id"]
            self.truth.advocates.append(
                {
                    "account_id": key,
                    "person_id": self._advocate_people[key],
                    "accepted": self._helped.get(key, 0),
                }
            )

    def crises(self, count: int) -> None:
        """Plants `count` crises by different people, at any hour, over the last 45 days."""
        rng = Random(f"{self.seed}:crises")
        for person in rng.sample(self.speakers, min(count, len(self.speakers))):
            root = self.thread(rng, person, "crisis", since=timedelta(days=45))
            self.truth.crises.append(root["id"])

    def farm(self, bots: list[Wire]) -> None:
        """Bots praise us, answer each other and thank each other: vanity that must not count."""
        rng = Random(f"{self.seed}:farm")
        for bot in bots:
            for _ in range(12):
                moment = self._moment(rng)
                post = self.network.status(
                    bot,
                    rng.choice(phrases.FARM),
                    moment,
                    mentions=(self.brand,),
                    likes=rng.randrange(50, 400),
                    shares=rng.randrange(20, 90),
                )
                self.truth.intents[post["id"]] = "noise"
                other = rng.choice(bots)
                if other is bot:
                    continue
                gap = timedelta(seconds=rng.randrange(2, 40))
                answer = self.network.status(
                    other, rng.choice(phrases.FARM), moment + gap, parent=post, mentions=(bot,)
                )
                self.network.status(
                    bot,
                    rng.choice(phrases.THANKS),
                    moment + 2 * gap,
                    parent=answer,
                    mentions=(other,),
                )

    def thread(
        self,
        rng: Random,
        person: Person,
        intent: str,
        helper: Wire | None = None,
        since: timedelta = WINDOW,
    ) -> Wire:
        """One conversation from its first post to wherever it had got by the end."""
        asker = self.accounts[person.id]
        raw, topic, language = phrases.inbound(rng, intent, person.language)
        opened = self._moment(rng, since)
        root = self.network.status(
            asker,
            self._fill(rng, person, raw),
            opened,
            mentions=(self.brand,),
            language=language if rng.random() < 0.8 else None,
            edited=opened + timedelta(minutes=3) if rng.random() < 0.03 else None,
            likes=rng.randrange(200, 900) if intent == "crisis" else rng.randrange(9),
            shares=rng.randrange(80, 400) if intent == "crisis" else rng.randrange(3),
        )
        self.truth.intents[root["id"]], self.truth.topics[root["id"]] = intent, topic
        story = _Story(self, rng, root, opened)
        if helper is not None:
            story.peer(helper, thanked=rng.random() < 0.8)
        elif rng.random() < ANSWERED.get(intent, 0.7):
            story.brand(intent)
        elif intent == "question" and rng.random() < 0.3:
            peer = self.accounts[rng.choice(self.speakers).id]
            if peer is not asker:
                story.peer(peer, thanked=rng.random() < 0.2)
        self.truth.conversations.append(story.ending())
        return root

    def accepted(self, question: Wire, answer: Wire, helper: Wire) -> None:
        """Notes an answer that was thanked for."""
        self._helped[helper["id"]] = self._helped.get(helper["id"], 0) + 1
        row = {"question": question["id"], "answer": answer["id"], "by": helper["id"]}
        self.truth.accepted_answers.append(row)

    def _moment(self, rng: Random, since: timedelta = WINDOW) -> datetime:
        seconds = int(since.total_seconds())
        return self.until - timedelta(seconds=rng.randrange(3600, seconds))

    def _fill(self, rng: Random, person: Person, text: str) -> str:
        return text.format(
            product=rng.choice(PRODUCTS)[0],
            city=person.home.city,
            days=rng.randrange(3, 15),
            interest=person.interest,
            order=f"O-{rng.randrange(70_001, 71_000)}",
        )


class _Story:
    """How one thread goes on after its first post; a turn after the end never happens."""

    def __init__(self, talk: Talk, rng: Random, root: Wire, opened: datetime) -> None:
        self.talk, self.rng, self.root = talk, rng, root
        self.last, self.now, self.opened = root, opened, opened
        self.first_response: datetime | None = None
        self.resolved: datetime | None = None
        self.reopened = self.private = False

    def turn(self, author: Wire, text: str, after: timedelta, *, private: bool = False) -> bool:
        """Adds a reply to the last turn; False when it would come after the end."""
        moment = self.now + after
        if moment >= self.talk.until:
            return False
        others = (self.last["account"], self.talk.brand)
        unique = {account["id"]: account for account in others if account is not author}
        visibility = "direct" if private or self.private else "public"
        self.private = visibility == "direct"
        self.last = self.talk.network.status(
            author,
            text,
            moment,
            parent=self.last,
            mentions=tuple(unique.values()),
            visibility=visibility,
        )
        self.now = moment
        if author is self.talk.brand and self.first_response is None:
            self.first_response = moment
        return True

    def brand(self, intent: str) -> None:
        """The brand answers, perhaps in private, and perhaps the problem is solved."""
        rng, brand, asker = self.rng, self.talk.brand, self.root["account"]
        text = rng.choice(phrases.BRAND_THANKS if intent == "praise" else phrases.BRAND_ANSWERS)
        if not self.turn(brand, text, self._reaction()) or intent == "praise":
            return
        if intent == "complaint" and rng.random() < 0.4:
            order = rng.choice(phrases.DIRECT).format(order=f"O-{rng.randrange(70_001, 71_000)}")
            if not self.turn(asker, order, self._minutes(5, 300), private=True):
                return
            if not self.turn(brand, rng.choice(phrases.BRAND_ANSWERS), self._minutes(10, 400)):
                return
        if rng.random() < 0.5 and self.turn(
            asker, rng.choice(phrases.THANKS), self._minutes(5, 900)
        ):
            self.resolved = self.now
            again = rng.random() < 0.1
            if again and self.turn(
                asker, rng.choice(phrases.STILL_BROKEN), timedelta(days=2, minutes=7)
            ):
                self.reopened, self.resolved = True, None

    def peer(self, helper: Wire, *, thanked: bool) -> None:
        """Another customer answers; thanks make it an accepted answer."""
        if not self.turn(helper, self.rng.choice(phrases.PEER_ANSWERS), self._minutes(4, 600)):
            return
        answer = self.last
        thanks = self.rng.choice(phrases.THANKS)
        if thanked and self.turn(self.root["account"], thanks, self._minutes(3, 400)):
            self.resolved = self.now
            self.talk.accepted(self.root, answer, helper)

    def ending(self) -> dict[str, object]:
        """The truth of this thread."""
        answered = self.first_response
        return {
            "thread_id": self.root["id"],
            "account_id": self.root["account"]["id"],
            "opened_at": self.opened.isoformat(),
            "first_response_at": answered.isoformat() if answered else None,
            "first_response_seconds": business_seconds(self.opened, answered) if answered else None,
            "resolved_at": self.resolved.isoformat() if self.resolved else None,
            "reopened": self.reopened,
            "moved_private": self.private,
            "last_by_brand": self.last["account"] is self.talk.brand,
        }

    def _minutes(self, low: int, high: int) -> timedelta:
        return timedelta(seconds=self.rng.randrange(low * 60, high * 60))

    def _reaction(self) -> timedelta:
        """The help desk answers at once or late, and mostly not at night."""
        delay = self._minutes(4, 240) if self.rng.random() < 0.75 else self._minutes(240, 3000)
        moment = (self.now + delay).astimezone(BERLIN)
        while self.rng.random() < 0.9 and (
            moment.weekday() > 4
            or not time(9) <= moment.time() < time(17, 30)
            or moment.date().isoformat() in HOLIDAYS
        ):
            moment += timedelta(seconds=self.rng.randrange(3600, 14_400))
        return moment - self.now
