# Makes the repository "club": three shared commits, then an unlucky afternoon.
git init -q club
cd club
note() {
    git add .
    GIT_AUTHOR_DATE="$1T10:00:00+08:00" GIT_COMMITTER_DATE="$1T10:00:00+08:00" git commit -q -m "$2"
}
printf 'tea 2\ncoffee 5\n' > prices.txt
printf 'deposit 20\n' > deposit.txt
note 2026-01-05 "Write down prices and the deposit"
printf 'deposit 0\n' > deposit.txt
note 2026-01-12 "Drop the deposit"
printf 'sunday 10-16\n' > hours.txt
note 2026-01-19 "Open on Sundays"
printf 'tea 2coffee\n\n5 5 5\n' > prices.txt
printf 'a reading night?\n' > ideas.txt
git add ideas.txt
