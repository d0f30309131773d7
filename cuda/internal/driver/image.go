package driver

import "strings"

// zeroEnded is the image as the driver takes it: PTX is a C string.
func zeroEnded(image []byte) []byte {
	if image[len(image)-1] == 0 {
		return image
	}
	c := make([]byte, len(image)+1)
	copy(c, image)
	return c
}

// joinLogs is the assembler's two logs as one.
func joinLogs(info, errors string) string {
	info, errors = strings.TrimSpace(info), strings.TrimSpace(errors)
	if info == "" || errors == "" {
		return info + errors
	}
	return info + "\n" + errors
}
