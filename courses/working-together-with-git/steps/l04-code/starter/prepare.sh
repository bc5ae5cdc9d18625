# Makes the repository "club" with eight commits by three people.
git init -q club
cd club
note() {
    git add .
    GIT_AUTHOR_DATE="$2T10:00:00+08:00" GIT_COMMITTER_DATE="$2T10:00:00+08:00" \
        git -c user.name="$1" -c user.email="$1@example.com" commit -q -m "$3"
}
printf 'tea 2\ncoffee 5\n' > prices.txt
note Zhou 2026-01-05 "Write down prices"
printf 'loans are for three weeks\n' > rules.txt
note Lin 2026-01-12 "Say how long loans are"
printf 'loans are for three weeks\nlate fee 1 a day\n' > rules.txt
note Chen 2026-02-02 "Ask one a day for late books"
printf 'loans are for two weeks\nlate fee 1 a day\n' > rules.txt
note Zhou 2026-02-16 "Shorten loans"
printf 'tea 2\ncoffee 6\n' > prices.txt
note Lin 2026-03-02 "Raise the price of coffee"
printf 'tea 3\ncoffee 6\ncake 9\n' > prices.txt
note Chen 2026-03-09 "Sell cake"
printf 'LOANS are for two weeks\nFEES late fee 1 a day\n' > rules.txt
note Lin 2026-03-16 "Begin each rule with a keyword"
printf 'LOANS are for two weeks\nFEES none\n' > rules.txt
note Zhou 2026-03-23 "Drop fees for a year"
