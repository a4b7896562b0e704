# Module data: arrays of numbers, of strings, of arrays.
wordsize 4
module "Data"
entry -, -
type mp 32 pointers 0, 4, 28
type int 4
type string 4 pointers 0
type row 8 pointers 4
data 32
	array 0: int, 3
	index 0: 0
	word 0: 1, -2, 0x7fffffff
	restore
	array 4: row, 2
	index 4: 1
	word 0: 5
	array 4: string, 2
	index 4: 0
	string 0: "inner"
	string 4: ""
	restore
	restore
	big 8: -1, 0x7fffffffffffffff
	byte 24: 1
	string 28: "ill \xff formed"
export ".mp", -, -, 0xdeadbeef
