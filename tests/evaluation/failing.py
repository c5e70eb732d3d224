"""A database that refuses the sums of some initiatives, as a defect would."""

from django.db import connection


def refuse_sums_of(*initiatives):
    ids = ", ".join(str(initiative.pk) for initiative in initiatives)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE FUNCTION refuse_sums() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.initiative_id IN ({ids}) THEN
                    RAISE EXCEPTION 'secret %', NEW.people_served USING ERRCODE = '22003';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER refuse_sums BEFORE INSERT OR UPDATE ON evaluation_monthlytotal
                FOR EACH ROW EXECUTE FUNCTION refuse_sums()
            """
        )


def accept_sums():
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS refuse_sums CASCADE")
