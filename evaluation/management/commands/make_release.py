from django.core.management import BaseCommand, CommandError

from evaluation.releases import MonthOpened, make_release


class Command(BaseCommand):
    help = "Makes the next release of what others read, if a month was closed or corrected; as every night."

    def handle(self, **options):
        try:
            release = make_release()
        except MonthOpened as error:
            raise CommandError("A month was opened while it was being read: try again.") from error
        self.stdout.write(f"Release {release.number}" if release else "Release: nothing new")
