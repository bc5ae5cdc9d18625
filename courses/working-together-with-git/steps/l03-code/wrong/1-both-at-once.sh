. ./prepare.sh
git mv hour.txt hours.txt
printf 'opening hours\nmonday closed\nsaturday 9-17\nsunday 10-16\n' > hours.txt
git add hours.txt
git commit -q -m "Rename the file and open later on Sundays" -m "Hardly anybody came before ten."
