# The verbs of print, with their flags. sys-print(2).
globals {12w+32} pointers {11w}, {12w}, {13w}, {14w}, {15w}, {16w}, {17w}, {18w}, {19w}
	big {8w}: -5000000000
	string {11w}: "wört"
	string {12w}: "it's so"
	string {13w}: "%d|%5d|%-5d|%05d|%.3d|%+d|% d\n"
	string {14w}: "%x|%X|%#x|%#X|%o|%#o|%ux|%ud\n"
	string {15w}: "%,d|%,d|%*d|%-*d|%08x|%bd|%bx\n"
	string {16w}: "%s|%8s|%-8s|%.2s|%q|%#q|%q\n"
	string {17w}: "%c|%3c|%c|%%|%z|\n"
	string {18w}: "%g|%g|%g|%f|%.2f|%e|%.3e\n"
	string {19w}: "%8.3f|%-10g|%10g|%.4g|%G|%E|%+g|%#g\n"
	real {20w}: 1234.5678, 0.000012345, 1e100
main {40w}
type put0 {16w+16} pointers {8w}
type put1 {17w+16} pointers {8w}
type put2 {16w+32} pointers {8w}
type put3 {16w+16} pointers {8w}, {9w+0}, {10w+0}, {11w+0}, {12w+0}, {13w+0}, {14w+0}, {15w+0}
type put4 {12w+16} pointers {8w}
type put5 {8w+80} pointers {8w}
type put6 {8w+88} pointers {8w}
init:
	begin
	frame put0, {10w}(fp)
	movp {13w}(mp), {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	movw $42, {9w+0}({10w}(fp))
	movw $42, {10w+0}({10w}(fp))
	movw $42, {11w+0}({10w}(fp))
	movw $42, {12w+0}({10w}(fp))
	movw $42, {13w+0}({10w}(fp))
	movw $42, {14w+0}({10w}(fp))
	movw $42, {15w+0}({10w}(fp))
	mcall {10w}(fp), $0, 0(mp)
	say w {11w}(fp)
	frame put1, {10w}(fp)
	movp {14w}(mp), {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	movw $255, {9w+0}({10w}(fp))
	movw $255, {10w+0}({10w}(fp))
	movw $255, {11w+0}({10w}(fp))
	movw $255, {12w+0}({10w}(fp))
	movw $8, {13w+0}({10w}(fp))
	movw $8, {14w+0}({10w}(fp))
	movw $-1, {15w+0}({10w}(fp))
	movw $-1, {16w+0}({10w}(fp))
	mcall {10w}(fp), $0, 0(mp)
	frame put2, {10w}(fp)
	movp {15w}(mp), {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	movw $1234567, {9w+0}({10w}(fp))
	movw $-999, {10w+0}({10w}(fp))
	movw $6, {11w+0}({10w}(fp))
	movw $7, {12w+0}({10w}(fp))
	movw $4, {13w+0}({10w}(fp))
	movw $9, {14w+0}({10w}(fp))
	movw $48879, {15w+0}({10w}(fp))
	movl {8w}(mp), {16w+0}({10w}(fp))
	movl {8w}(mp), {16w+8}({10w}(fp))
	mcall {10w}(fp), $0, 0(mp)
	frame put3, {10w}(fp)
	movp {16w}(mp), {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	movp {11w}(mp), {9w+0}({10w}(fp))
	movp {11w}(mp), {10w+0}({10w}(fp))
	movp {11w}(mp), {11w+0}({10w}(fp))
	movp {11w}(mp), {12w+0}({10w}(fp))
	movp {11w}(mp), {13w+0}({10w}(fp))
	movp {11w}(mp), {14w+0}({10w}(fp))
	movp {12w}(mp), {15w+0}({10w}(fp))
	mcall {10w}(fp), $0, 0(mp)
	frame put4, {10w}(fp)
	movp {17w}(mp), {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	movw $65, {9w+0}({10w}(fp))
	movw $66, {10w+0}({10w}(fp))
	movw $8364, {11w+0}({10w}(fp))
	mcall {10w}(fp), $0, 0(mp)
	frame put5, {10w}(fp)
	movp {18w}(mp), {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	movf {20w+0}(mp), {8w+8}({10w}(fp))
	movf {20w+8}(mp), {8w+16}({10w}(fp))
	movf {20w+16}(mp), {8w+24}({10w}(fp))
	movf {20w+0}(mp), {8w+32}({10w}(fp))
	movf {20w+8}(mp), {8w+40}({10w}(fp))
	movf {20w+16}(mp), {8w+48}({10w}(fp))
	movf {20w+8}(mp), {8w+56}({10w}(fp))
	mcall {10w}(fp), $0, 0(mp)
	frame put6, {10w}(fp)
	movp {19w}(mp), {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	movf {20w+0}(mp), {8w+8}({10w}(fp))
	movf {20w+8}(mp), {8w+16}({10w}(fp))
	movf {20w+16}(mp), {8w+24}({10w}(fp))
	movf {20w+8}(mp), {8w+32}({10w}(fp))
	movf {20w+16}(mp), {8w+40}({10w}(fp))
	movf {20w+16}(mp), {8w+48}({10w}(fp))
	movf {20w+0}(mp), {8w+56}({10w}(fp))
	movf {20w+0}(mp), {8w+64}({10w}(fp))
	mcall {10w}(fp), $0, 0(mp)
	ret
