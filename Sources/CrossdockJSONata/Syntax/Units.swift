// UTF-16 code units compared with ASCII characters as they are read in the source of a lexer.

func == (unit: UInt16, scalar: Unicode.Scalar) -> Bool { UInt32(unit) == scalar.value }
func == (unit: UInt16?, scalar: Unicode.Scalar) -> Bool { unit.map { $0 == scalar } ?? false }
func != (unit: UInt16, scalar: Unicode.Scalar) -> Bool { !(unit == scalar) }
func != (unit: UInt16?, scalar: Unicode.Scalar) -> Bool { !(unit == scalar) }
func ~= (scalar: Unicode.Scalar, unit: UInt16) -> Bool { unit == scalar }
