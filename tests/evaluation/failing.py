"""A database that refuses the sums of some initiatives, as a defect would, or is slow with them."""

from django.db import connection


def refuse_sums_of(*initiatives):
    before_sums_of(initiatives, "RAISE EXCEPTION 'secret %', NEW.people_served USING ERRCODE = '22003'")


def slow_sums_of(*initiatives):
    before_sums_of(initiatives, "PERFORM pg_sleep(5)")


def before_sums_of(initiatives, statement):
    ids = ", ".join(str(initiative.pk) for initiative in initiatives)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE FUNCTION before_sums() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.initiative_id IN ({ids}) THEN
                    {statement};
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER before_sums BEFORE INSERT OR UPDATE ON evaluation_monthlytotal
                FOR EACH ROW EXECUTE FUNCTION before_sums()
            """
        )


def accept_sums():
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS before_sums CASCADE")
