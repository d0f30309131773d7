// Package column computes what collective outputs of kernels are made of from columns
// of values: scans, compactions, folds of segments. It knows no executors and no
// launches; package runtime gives it a part of the elements at a time.
//
// The order of every fold is stated at its function and depends on nothing but the
// elements' places, so that results have the same bits however the work is shared out.
package column
