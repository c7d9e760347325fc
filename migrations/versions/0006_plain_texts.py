"""plain texts"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The marks of backend/tenants/plain_text.py; tests/tenants/test_plain_text.py holds them together. What PostgreSQL calls stable in them depends
# on settings for other types than text.
FUNCTIONS = (
    r"""
    CREATE FUNCTION niteru_plain(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT ' ' || translate(
            lower(normalize(translate(coalesce(value, ''), '™®©', '   '), NFKC)),
            E'-/.,:;!()[]&"+_・、。「」【】\n\'’', repeat(' ', 23)
        ) || ' '
    $$
    """,
    """
    CREATE FUNCTION niteru_joined(VARIADIC parts text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT array_to_string(parts, ' ')
    $$
    """,
)


# Forward only: a release adds, the next backfills, the third removes. These columns are filled as they are added, which
# writes the table anew: a second for every 3,000 products.
def upgrade() -> None:
    for function in FUNCTIONS:
        op.execute(function)
    near = (
        "coalesce(overrides ->> 'brand', brand), coalesce(overrides ->> 'category', category), fine_category, "
        "coalesce(overrides ->> 'pattern', pattern), sku, niteru_joined(VARIADIC colors), niteru_joined(VARIADIC shades)"
    )
    made = {
        "plain_title": "niteru_plain(coalesce(overrides ->> 'title', title))",
        "plain_near": f"niteru_plain(niteru_joined({near}))",
        "plain_crumbs": "niteru_plain(niteru_joined(VARIADIC breadcrumbs))",
    }
    columns = ", ".join(
        f"ADD COLUMN {name} text GENERATED ALWAYS AS ({value}) STORED NOT NULL" for name, value in made.items()
    )
    op.execute(f"ALTER TABLE product {columns}")  # one rewrite for all three
