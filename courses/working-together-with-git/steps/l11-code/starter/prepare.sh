# Makes the repository "club": v1.1.0 was right, v1.2.0 is not, and main has the fix among other things.
git init -q club
cd club
note() {
    git add .
    GIT_AUTHOR_DATE="$1T10:00:00+08:00" GIT_COMMITTER_DATE="$1T10:00:00+08:00" git commit -q -m "$2"
}
say() {
    printf '%s\n' "$1" >> news.txt
    note "$2" "$3"
}
tag() {
    GIT_COMMITTER_DATE="$2T10:00:00+08:00" git tag -a "$1" -m "$3"
}
printf 'two weeks each\nlate fee 1 a day\n' > rules.txt
say "we are open" 2026-01-05 "Say that we are open"
tag v1.1.0 2026-01-05 "First rules"
say "new books" 2026-01-06 "Announce new books"
say "a reading" 2026-01-07 "Announce a reading"
say "tea is back" 2026-01-08 "Announce tea"
printf 'two weeks each\nlate fee 10 a day\n' > rules.txt
say "new shelves" 2026-01-09 "Announce shelves"
say "a concert" 2026-01-10 "Announce a concert"
say "a quiz night" 2026-01-11 "Announce a quiz night"
tag v1.2.0 2026-01-11 "More news"
printf 'membership cards, not ready\n' > cards.txt
note 2026-01-12 "Begin with membership cards"
printf 'two weeks each\nlate fee 1 a day\n' > rules.txt
note 2026-01-13 "Ask one a day again"
printf 'membership cards, still not ready\n' > cards.txt
note 2026-01-14 "Go on with membership cards"
