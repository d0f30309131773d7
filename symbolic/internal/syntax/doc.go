// Package syntax reads terms from text, in ordinary notation and as
// S-expressions, and knows nothing of what they are made of: a [Builder] makes
// it. Package symbolic reads expressions with it, package rewrite rules.
//
// Depth costs memory and nothing else: no text makes the readers recurse, and
// their time is linear in its length (that of a single number of very many
// digits is not).
package syntax
