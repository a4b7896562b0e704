# Conversions: halves are rounded away from zero, what does not fit is cut off or the least number; texts are read as far as they go.
globals {6w+64} pointers {8w}, {9w}, {10w}, {11w}, {12w}
	string {8w}: "  -42 apples"
	string {9w}: "12345678901"
	string {10w}: "2.5e-3x"
	string {11w}: "x"
	string {12w}: "9€ 9"
	big {14w}: 4294967297, -9000000000
	real {14w+16}: 2.5, -2.5, 0.49, 1e20, -1e-5, 123456.75
main {26w} pointers {16w}
init:
	begin
	cvtwb $300, {10w}(fp)
	say b {10w}(fp)
	cvtbw {10w}(fp), {11w}(fp)
	say w {11w}(fp)
	cvtfw {14w+16}(mp), {11w}(fp)
	say w {11w}(fp)
	cvtfw {14w+24}(mp), {11w}(fp)
	say w {11w}(fp)
	cvtfw {14w+32}(mp), {11w}(fp)
	say w {11w}(fp)
	cvtfw {14w+40}(mp), {11w}(fp)
	say w {11w}(fp)
	cvtfl {14w+24}(mp), {12w}(fp)
	say l {12w}(fp)
	cvtfl {14w+40}(mp), {12w}(fp)
	say l {12w}(fp)
	cvtlf {14w+8}(mp), {12w}(fp)
	say f {12w}(fp)
	cvtlw {14w}(mp), {11w}(fp)
	say w {11w}(fp)
	cvtwl $-5, {12w}(fp)
	say l {12w}(fp)
	cvtwf $-5, {12w}(fp)
	say f {12w}(fp)
	note "to text"
	cvtwc $-77, {16w}(fp)
	say s {16w}(fp)
	cvtlc {14w+8}(mp), {16w}(fp)
	say s {16w}(fp)
	cvtfc {14w+48}(mp), {16w}(fp)
	say s {16w}(fp)
	cvtfc {14w+56}(mp), {16w}(fp)
	say s {16w}(fp)
	note "from text"
	cvtcw {8w}(mp), {11w}(fp)
	say w {11w}(fp)
	cvtcw {9w}(mp), {11w}(fp)
	say w {11w}(fp)
	cvtcl {9w}(mp), {12w}(fp)
	say l {12w}(fp)
	cvtcf {10w}(mp), {12w}(fp)
	say f {12w}(fp)
	cvtcw {11w}(mp), {11w}(fp)
	say w {11w}(fp)
	cvtcf {11w}(mp), {12w}(fp)
	say f {12w}(fp)
	cvtcl {12w}(mp), {12w}(fp)
	say l {12w}(fp)
	note "shorts"
	cvtws $70000, {14w}(fp)
	cvtsw {14w}(fp), {11w}(fp)
	say w {11w}(fp)
	cvtfr {14w+16}(mp), {14w}(fp)
	cvtrf {14w}(fp), {12w}(fp)
	say f {12w}(fp)
	ret
