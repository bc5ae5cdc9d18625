# Makes the repository "club": main and holidays changed the same line.
git init -q club
cd club
git config merge.conflictStyle diff3
note() {
    git add .
    GIT_AUTHOR_DATE="$1T10:00:00+08:00" GIT_COMMITTER_DATE="$1T10:00:00+08:00" git commit -q -m "$2"
}
printf '2 books at most\ntwo weeks each\n' > rules.txt
printf 'tea 2\n' > prices.txt
note 2026-01-05 "Write down rules and prices"
git switch -q -c holidays
printf '2 books at most, 4 in the holidays\ntwo weeks each\n' > rules.txt
note 2026-01-12 "Lend more in the holidays"
printf 'tea 2\nlemonade 3\n' > prices.txt
note 2026-01-13 "Sell lemonade in the holidays"
git switch -q main
printf '3 books at most\ntwo weeks each\n' > rules.txt
note 2026-01-19 "Raise the limit to three"
