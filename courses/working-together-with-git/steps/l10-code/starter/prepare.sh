# Makes the repository "club", in which too much is tracked.
git init -q club
cd club
note() {
    git add .
    GIT_AUTHOR_DATE="$1T10:00:00+08:00" GIT_COMMITTER_DATE="$1T10:00:00+08:00" git commit -q -m "$2"
}
printf 'saturday 9-17\n' > hours.txt
note 2026-01-05 "Say when we are open"
mkdir build
printf '<p>saturday 9-17</p>\n' > build/page.html
printf 'TOKEN=not-a-real-one\n' > settings.env
note 2026-01-12 "Make a page"
printf 'saturday 9-17\nsunday 10-16\n' > hours.txt
note 2026-01-19 "Open on Sundays"
printf 'TOKEN=not-real-either\n' > settings.env
note 2026-01-26 "Use the new token"
printf '10:03 page made\n' > debug.log
