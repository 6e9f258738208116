"""Who a unit of work is about: nobody else changes anything of theirs until it ends."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from bot.storage.tables import consultations, deliveries, residents
from handlers.cases import DeliveryId
from handlers.model import ConsultationNumber, ResidentId


@dataclass(slots=True)
class Holding:
    """The one resident whose row this unit of work has locked.

    Only the first resident that a unit touches is held, so that two units never wait for each
    other. SQLite has one writer at a time anyway, and a look holds nobody.
    """

    connection: Connection
    possible: bool
    taken: bool = False

    def by_itself(self) -> None:
        """Notes that a statement has just locked the resident's row by itself."""
        self.taken = True

    def resident(self, resident: ResidentId) -> None:
        """Waits for and holds this resident, if the unit holds nobody yet."""
        if self._wanting:
            self._take(residents.c.id == resident)

    def owner_of(self, number: ConsultationNumber) -> None:
        """Waits for and holds the resident of a case, if the unit holds nobody yet."""
        if self._wanting:
            owner = select(consultations.c.resident).where(consultations.c.number == number)
            self._take(residents.c.id == owner.scalar_subquery())

    def receiver_of(self, delivery: DeliveryId) -> None:
        """Waits for and holds the resident of a delivery, if the unit holds nobody yet."""
        if self._wanting:
            owner = select(deliveries.c.resident).where(deliveries.c.id == delivery)
            self._take(residents.c.id == owner.scalar_subquery())

    @property
    def _wanting(self) -> bool:
        return self.possible and not self.taken

    def _take(self, row: ColumnElement[bool]) -> None:
        # Weaker than FOR UPDATE: others may still add rows that refer to this one.
        lock = select(residents.c.id).where(row).with_for_update(key_share=True)
        self.taken = self.connection.execute(lock).first() is not None
