# Makes the repository "club": two commits on main went to the wrong place.
git init -q club
cd club
note() {
    git add .
    GIT_AUTHOR_DATE="$1T10:00:00+08:00" GIT_COMMITTER_DATE="$1T10:00:00+08:00" git commit -q -m "$2"
}
printf 'satruday 9-17\n' > hours.txt
note 2026-01-05 "Say when we are open"
printf 'tea 2\ncoffee 5\n' > prices.txt
note 2026-01-12 "Write down prices"
printf 'evenings until 20\n' > evenings.txt
note 2026-01-19 "Try evenings"
printf 'tea 2\ncoffee 5\nsoup 8\n' > prices.txt
note 2026-01-20 "Sell soup in the evening"
