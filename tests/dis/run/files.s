# Sys on files: open, read, seek, create, write, remove, and that a descriptor is free again when nobody refers to it.
globals {5w+8} pointers {8w}, {9w}, {10w}, {11w}
	string {8w}: "/text"
	string {9w}: "/new"
	string {10w}: "/../nothing/here"
	string {11w}: "%r\n"
	big {12w}: 4
main {30w} pointers {14w}, {15w}, {16w}, {17w}, {20w}
type byte 1
type format {10w} pointers {8w}
imports
import
	use print, 0xac849033
import
	use open, 0x8f477f99
	use read, 0x7cfef557
	use seek, 0xaeccaddb
	use create, 0x54db77d9
	use write, 0x7cfef557
	use remove, 0xc6935858
	use fildes, 0x1478f993
	use bind, 0x66326d91
init:
	begin
	load {1w}(mp), $1, {14w}(fp)
	newa $100, byte, {16w}(fp)
	mframe {14w}(fp), $0, {10w}(fp)
	movp {8w}(mp), {8w}({10w}(fp))
	lea {15w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $0, {14w}(fp)
	say w 0({15w}(fp))
	mframe {14w}(fp), $1, {10w}(fp)
	movp {15w}(fp), {8w}({10w}(fp))
	movp {16w}(fp), {9w}({10w}(fp))
	movw $7, {10w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $1, {14w}(fp)
	say w {11w}(fp)
	slicea $0, {11w}(fp), {16w}(fp)
	cvtac {16w}(fp), {17w}(fp)
	say s {17w}(fp)
	mframe {14w}(fp), $2, {10w}(fp)
	movp {15w}(fp), {8w}({10w}(fp))
	movl {12w}(mp), {8w+8}({10w}(fp))
	lea {12w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $2, {14w}(fp)
	say l {12w}(fp)
	note "a descriptor again"
	movp {1w}(mp), {17w}(fp)
	movp {20w}(fp), {15w}(fp)
	mframe {14w}(fp), $3, {10w}(fp)
	movp {9w}(mp), {8w}({10w}(fp))
	movw $1, {9w}({10w}(fp))
	movw $0x1b6, {10w}({10w}(fp))
	lea {15w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $3, {14w}(fp)
	say w 0({15w}(fp))
	mframe {14w}(fp), $4, {10w}(fp)
	movp {15w}(fp), {8w}({10w}(fp))
	movp {16w}(fp), {9w}({10w}(fp))
	movw $3, {10w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $4, {14w}(fp)
	say w {11w}(fp)
	mframe {14w}(fp), $5, {10w}(fp)
	movp {9w}(mp), {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $5, {14w}(fp)
	say w {11w}(fp)
	note "what cannot be"
	mframe {14w}(fp), $0, {10w}(fp)
	movp {10w}(mp), {8w}({10w}(fp))
	lea {15w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $0, {14w}(fp)
	frame format, {10w}(fp)
	movp {11w}(mp), {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $0, 0(mp)
	mframe {14w}(fp), $6, {10w}(fp)
	movw $77, {8w}({10w}(fp))
	lea {15w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $6, {14w}(fp)
	frame format, {10w}(fp)
	movp {11w}(mp), {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $0, 0(mp)
	mframe {14w}(fp), $7, {10w}(fp)
	lea {11w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $7, {14w}(fp)
	say w {11w}(fp)
	ret
