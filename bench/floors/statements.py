"""The SQL of the hand-written pages, for both databases."""

from bench.floors.database import IS_SQLITE

SESSION = """
SELECT s.person_id, p.locale, r.display_name,
       EXISTS (SELECT 1 FROM membership m WHERE m.person_id = p.id AND m.ended_at IS NULL) AS is_member
  FROM sign_in_session s JOIN person p ON p.id = s.person_id JOIN personal_record r ON r.person_id = p.id
 WHERE s.token_hash = ? AND s.ended_at IS NULL AND s.seen_at > ? AND s.begun_at > ? AND p.erased_at IS NULL"""

SHELF = """
  FROM course c
  JOIN release e ON e.course_id = c.id AND e.state = 'listed'
  JOIN listing l ON l.course_id = c.id AND l.closed_at IS NULL
  JOIN offering f ON f.course_id = c.id AND f.closed_at IS NULL
  JOIN organisation o ON o.id = c.organisation_id"""
HITS = (
    """WITH hits AS (SELECT e.ref_id, max(-x.rank) AS rank FROM search_fts x JOIN search_entry e ON e.id = x.rowid
 WHERE x.search_fts MATCH ? AND e.kind = 'course' GROUP BY e.ref_id) """
    if IS_SQLITE
    else """WITH hits AS (SELECT ref_id, max(ts_rank(tokens, q)) AS rank FROM search_entry, to_tsquery('simple', ?) q
 WHERE tokens @@ q AND kind = 'course' GROUP BY ref_id) """
)
# Course ids as one value: JSON on SQLite, an array on PostgreSQL.
AMONG = " IN (SELECT value FROM json_each(?))" if IS_SQLITE else " = ANY (?)"
_KINDS = """SELECT e.level, CASE WHEN f.price_minor = 0 THEN 'free' WHEN f.price_minor <= 20000 THEN 'low' ELSE 'high' END AS band,
 o.is_house, CAST(e.languages AS text) LIKE '%"zh-CN"%' AS in_chinese, CAST(e.languages AS text) LIKE '%"en"%' AS in_english,
 count(*) AS n"""
KINDS = _KINDS + SHELF + " GROUP BY 1, 2, 3, 4, 5"
KINDS_FOUND = _KINDS + SHELF + " WHERE c.id" + AMONG + " GROUP BY 1, 2, 3, 4, 5"
# Counted by number before anything is looked up by it; what a row shows is read for the rows of the page alone.
_SKILLS = """WITH RECURSIVE closure(wide, narrow) AS (
 SELECT id, id FROM skill UNION ALL SELECT t.wide, s.id FROM closure t JOIN skill s ON s.parent_id = t.narrow),
 shelf AS MATERIALIZED (SELECT e.id {shelf}),
 counted AS (SELECT t.wide, count(DISTINCT k.release_id) AS n FROM shelf JOIN release_skill k ON k.release_id = shelf.id
 JOIN closure t ON t.narrow = k.skill_id GROUP BY t.wide)
 SELECT s.code, s.name, x.n FROM counted x JOIN skill s ON s.id = x.wide ORDER BY x.n DESC, s.position, s.id"""
_NO_SELLER = SHELF[: SHELF.index("  JOIN organisation")]
SKILLS = _SKILLS.format(shelf=_NO_SELLER)
SKILLS_FOUND = _SKILLS.format(shelf=_NO_SELLER + " WHERE c.id" + AMONG)
_ROWS = """SELECT c.id, c.slug, coalesce(w.title, t.title) AS title, coalesce(w.summary, t.summary) AS summary,
 coalesce(w.locale, t.locale) AS locale, o.name_en AS organisation, e.level, e.languages, f.price_minor,
 CASE WHEN f.seats_limit IS NULL THEN false ELSE
 (SELECT count(*) FROM "order" b WHERE b.course_id = c.id AND b.seat_n <= f.seats_limit) >= f.seats_limit END AS is_sold_out,
 (SELECT count(*) FROM lesson n WHERE n.release_id = e.id) AS lessons,
 (SELECT coalesce(sum(n.minutes), 0) FROM lesson n WHERE n.release_id = e.id) AS minutes"""
_WORDS = """ JOIN release_text t ON t.release_id = e.id AND t.locale = c.original_locale
 LEFT JOIN release_text w ON w.release_id = e.id AND w.locale = 'en'"""
_NARROW = "SELECT c.id, e.id AS release_id, f.id AS offering_id, coalesce(e.listed_at, l.opened_at) AS since"
_NEWEST = " ORDER BY since DESC, c.id DESC"
ROWS = (
    f"WITH page AS MATERIALIZED ({_NARROW}{_NO_SELLER} {_NEWEST} LIMIT 24 OFFSET ?) {_ROWS}"
    """ FROM page JOIN course c ON c.id = page.id JOIN release e ON e.id = page.release_id
 JOIN offering f ON f.id = page.offering_id JOIN organisation o ON o.id = c.organisation_id"""
    f"{_WORDS} ORDER BY page.since DESC, page.id DESC"
)
FOUND = f"{HITS} SELECT c.id FROM hits JOIN course c ON c.id = hits.ref_id{_NO_SELLER.replace('FROM course c', '')}" + (
    " ORDER BY hits.rank DESC, coalesce(e.listed_at, l.opened_at) DESC, c.id DESC"
)
ROWS_FOUND = _ROWS + SHELF + _WORDS + " WHERE c.id" + AMONG
RATINGS = """SELECT course_id, count(*) AS n, sum(stars) AS stars FROM course_review
 WHERE deleted_at IS NULL AND hidden_at IS NULL AND course_id IN ({marks}) GROUP BY course_id"""

COURSE = f"""SELECT c.id, c.public_id, c.slug, e.id AS release_id, o.name_en AS organisation, o.slug AS organisation_slug, e.version,
 e.listed_at, e.level, e.languages, e.licence, e.teachers, coalesce(w.locale, t.locale) AS locale,
 coalesce(w.title, t.title) AS title, coalesce(w.summary, t.summary) AS summary, coalesce(w.outcomes, t.outcomes) AS outcomes,
 f.price_minor, f.currency, f.tax_bps, f.refund_days,
 (SELECT count(*) FROM question q WHERE q.course_id = c.id AND q.deleted_at IS NULL AND q.hidden_at IS NULL) AS questions
 {SHELF} {_WORDS} WHERE c.slug = ?"""
PHASES = """SELECT p.id, t.title FROM phase p JOIN phase_text t ON t.phase_id = p.id AND t.locale = ?
 WHERE p.release_id = ? ORDER BY p.position"""
LESSONS = """SELECT n.id, n.phase_id, n.key, n.minutes, n.is_preview, t.title, t.summary
 FROM lesson n JOIN lesson_text t ON t.lesson_id = n.id AND t.locale = ? WHERE n.release_id = ? ORDER BY n.position"""
STEPS = """SELECT s.lesson_id, s.key, t.title FROM step s JOIN step_text t ON t.step_id = s.id AND t.locale = ?
 WHERE s.release_id = ? ORDER BY s.position"""
SKILLS_OF = """SELECT s.code, s.name, k.level FROM release_skill k JOIN skill s ON s.id = k.skill_id
 WHERE k.release_id = ? ORDER BY k.level DESC, s.position"""
STARS = """SELECT stars, count(*) AS n FROM course_review
 WHERE course_id = ? AND deleted_at IS NULL AND hidden_at IS NULL GROUP BY stars"""
REVIEWS = """SELECT v.public_id, v.stars, v.text, v.written_at, r.display_name AS name FROM course_review v
 JOIN personal_record r ON r.person_id = v.person_id
 WHERE v.course_id = ? AND v.deleted_at IS NULL AND v.hidden_at IS NULL ORDER BY v.written_at DESC, v.id DESC LIMIT 10"""
MINE = """SELECT (SELECT public_id FROM enrolment WHERE person_id = ? AND course_id = ? AND ended_at IS NULL) AS enrolment,
 (SELECT public_id FROM "order" WHERE buyer_id = ? AND course_id = ? AND state = 'awaiting_payment') AS waiting"""

_STEP = """ e.languages, s.key, s.kind, l.key AS lesson_key, t.locale, t.title, t.html, n.title AS lesson_title,
 x.title AS course_title"""
LESSON = f"""SELECT m.id, m.public_id, m.course_id, m.release_id, {_STEP},
 (SELECT max(r.id) FROM release r WHERE r.course_id = m.course_id AND r.state = 'listed') AS newest
 FROM enrolment m JOIN release e ON e.id = m.release_id JOIN step s ON s.release_id = m.release_id AND s.key = ?
 JOIN lesson l ON l.id = s.lesson_id JOIN step_text t ON t.step_id = s.id AND t.locale = m.locale
 JOIN lesson_text n ON n.lesson_id = l.id AND n.locale = m.locale
 JOIN release_text x ON x.release_id = e.id AND x.locale = m.locale
 WHERE m.public_id = ? AND m.person_id = ? AND m.ended_at IS NULL"""
PREVIEW = f"""SELECT c.slug, e.id AS release_id, {_STEP}
 FROM course c JOIN release e ON e.course_id = c.id AND e.state = 'listed'
 JOIN release_text x ON x.release_id = e.id
 JOIN step s ON s.release_id = e.id AND s.key = ? JOIN lesson l ON l.id = s.lesson_id AND l.is_preview
 JOIN step_text t ON t.step_id = s.id AND t.locale = x.locale JOIN lesson_text n ON n.lesson_id = l.id AND n.locale = x.locale
 WHERE c.slug = ? ORDER BY x.locale = 'en' DESC LIMIT 1"""
PROGRESS = "SELECT step_key, done_at FROM step_progress WHERE enrolment_id = ?"
QUESTIONS = """SELECT q.public_id, q.text, r.display_name AS name FROM question q JOIN personal_record r ON r.person_id = q.person_id
 WHERE q.course_id = ? AND q.step_key = ? AND q.deleted_at IS NULL AND q.hidden_at IS NULL ORDER BY q.asked_at DESC LIMIT 100"""
