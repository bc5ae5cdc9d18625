"""What a buyer pays: list price, discount, tax within. Pure arithmetic in minor units."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Price:
    """gross = list price - discount; tax is contained in the gross."""

    list_price_minor: int
    discount_minor: int
    tax_bps: int

    @property
    def gross_minor(self) -> int:
        """What is paid, tax included."""
        return self.list_price_minor - self.discount_minor

    @property
    def tax_minor(self) -> int:
        """The tax contained in the gross, rounded half up, as the waterfall rounds it."""
        whole = 10_000 + self.tax_bps
        return (2 * self.gross_minor * self.tax_bps + whole) // (2 * whole)


def price_after(
    list_price_minor: int,
    *,
    tax_bps: int,
    off_bps: int = 0,
    off_minor: int = 0,
    floor_minor: int = 0,
    least_minor: int = 0,
) -> Price:
    """The price with a discount that never goes below two lines.

    off_bps, off_minor: what the coupon takes off. floor_minor: the price below which
    its bearer did not agree to go. least_minor: the smallest payment a rail takes; a
    price between nothing and that is raised to it.

    19900 less 15 % is 16915; 500 less 450 would be 50, which no card takes: 400 stays.
    """
    wished = off_minor + (list_price_minor * off_bps + 5_000) // 10_000
    discount = min(wished, max(0, list_price_minor - floor_minor))
    if 0 < list_price_minor - discount < least_minor:
        discount = max(0, list_price_minor - least_minor)
    return Price(list_price_minor, discount, tax_bps)
