/* SPDX-License-Identifier: ISC */
/* Merkle trees against the roots that Certificate Transparency's own tests
 * have, and against the definition of RFC 6962 taken by its word. */
#include "base/merkle.h"

#include <string.h>

#include "base/hex.h"
#include "tap.h"

enum { LEAVES = 130 };

static unsigned char leaf[LEAVES][MERKLE_HASH];

static void fill(void)
{
	for (unsigned i = 0; i < LEAVES; i++) {
		unsigned char data[2] = {(unsigned char)(i >> 8),
		    (unsigned char)i};

		merkle_leaf(data, sizeof(data), leaf[i]);
	}
}

/* MTH of RFC 6962, section 2.1. */
static void mth(unsigned first, unsigned n, unsigned char *out)
{
	unsigned char l[MERKLE_HASH], r[MERKLE_HASH];
	unsigned k = 1;

	if (n == 1) {
		memcpy(out, leaf[first], MERKLE_HASH);
		return;
	}
	while (2 * k < n)
		k *= 2;
	mth(first, k, l);
	mth(first + k, n - k, r);
	merkle_node(l, r, out);
}

static bool source(void *data, unsigned level, uint64_t index,
    unsigned char out[MERKLE_HASH])
{
	unsigned size = *(unsigned *)data;

	if ((index + 1) << level > size)
		return false;
	mth((unsigned)index << level, 1U << level, out);
	return true;
}

/* The roots of the trees of the first eight leaves there. */
static void reference(void)
{
	static const char *const data[] = {"", "\0", "\x10", "\x20\x21",
	    "\x30\x31", "\x40\x41\x42\x43", "\x50\x51\x52\x53\x54\x55\x56\x57",
	    "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e"
	    "\x6f"};
	static const size_t len[] = {0, 1, 1, 2, 2, 4, 8, 16};
	static const char *const root[] = {
	    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	};
	struct merkle_range r = {0};
	unsigned char hash[MERKLE_HASH];
	char hex[2 * MERKLE_HASH + 1] = "";

	merkle_range_root(&r, hash);
	hex_write(hex, hash, MERKLE_HASH);
	SAME(hex,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	    "an empty tree");
	for (unsigned i = 0; i < 8; i++) {
		merkle_leaf(data[i], len[i], hash);
		merkle_range_append(&r, hash);
		merkle_range_root(&r, hash);
		hex_write(hex, hash, MERKLE_HASH);
		SAME(hex, root[i], "a root of Certificate Transparency");
	}
}

static bool roots_agree(void)
{
	struct merkle_range r = {0};
	unsigned char a[MERKLE_HASH], b[MERKLE_HASH], c[MERKLE_HASH];

	for (unsigned n = 1; n <= LEAVES; n++) {
		merkle_range_append(&r, leaf[n - 1]);
		merkle_range_root(&r, a);
		mth(0, n, b);
		if (!merkle_root(n, source, &n, c) ||
		    memcmp(a, b, MERKLE_HASH) || memcmp(a, c, MERKLE_HASH))
			return false;
	}
	return true;
}

/* Every cut of a tree into two ranges gives its root. */
static bool ranges_merge(void)
{
	unsigned char want[MERKLE_HASH], got[MERKLE_HASH];

	for (unsigned n = 1; n <= LEAVES; n++) {
		mth(0, n, want);
		for (unsigned m = 0; m <= n; m++) {
			struct merkle_range a = {0}, b;

			merkle_range_init(&b, m);
			for (unsigned i = 0; i < n; i++)
				merkle_range_append(i < m ? &a : &b, leaf[i]);
			if (!merkle_range_merge(&a, &b))
				return false;
			merkle_range_root(&a, got);
			if (a.last != n || memcmp(got, want, MERKLE_HASH))
				return false;
		}
	}
	return true;
}

/* Every proof of every tree holds, and for no other leaf, hash or root. */
static bool leaves_proved(void)
{
	unsigned char root[MERKLE_HASH];
	struct merkle_proof p;

	for (unsigned n = 1; n <= LEAVES; n++) {
		mth(0, n, root);
		for (unsigned m = 0; m < n; m++) {
			if (!merkle_prove(m, n, source, &n, &p) ||
			    !merkle_proves(m, leaf[m], n, root, &p) ||
			    (n > 1 && merkle_proves((m + 1) % n, leaf[m], n,
			                  root, &p)) ||
			    merkle_proves(m, root, n, leaf[m], &p) ||
			    merkle_proves(m, leaf[m], m, root, &p))
				return false;
			p.hash[p.count++][0] = 0;
			if (merkle_proves(m, leaf[m], n, root, &p))
				return false;
		}
	}
	return true;
}

static bool growth_proved(void)
{
	unsigned char old[MERKLE_HASH], root[MERKLE_HASH];
	struct merkle_proof p;

	for (unsigned n = 1; n <= LEAVES; n++) {
		mth(0, n, root);
		for (unsigned m = 1; m <= n; m++) {
			mth(0, m, old);
			if (!merkle_extend(m, n, source, &n, &p) ||
			    !merkle_extends(m, old, n, root, &p))
				return false;
			if (m < n && (merkle_extends(m, root, n, root, &p) ||
			                 merkle_extends(m, old, n, old, &p)))
				return false;
			for (unsigned i = 0; i < p.count; i++) {
				p.hash[i][i % MERKLE_HASH] ^= 1;
				if (merkle_extends(m, old, n, root, &p))
					return false;
				p.hash[i][i % MERKLE_HASH] ^= 1;
			}
		}
	}
	return true;
}

static void limits(void)
{
	struct merkle_range r;
	struct merkle_proof p;
	unsigned n = LEAVES;

	merkle_range_init(&r, 3);
	OK(!merkle_range_push(&r, 1, leaf[0]), "a subtree begins elsewhere");
	OK(!merkle_range_push(&r, 64, leaf[0]), "none is so high");
	merkle_range_init(&r, UINT64_MAX);
	OK(!merkle_range_push(&r, 0, leaf[0]), "a leaf too many");
	OK(!merkle_prove(LEAVES, LEAVES, source, &n, &p), "no such leaf");
	OK(!merkle_prove(0, LEAVES + 1, source, &n, &p), "no source");
	OK(!merkle_extend(LEAVES, LEAVES - 1, source, &n, &p), "it shrinks");
	memset(&p, 0, sizeof(p));
	OK(!merkle_proves(0, leaf[0], 0, leaf[0], &p), "an empty tree");
	OK(!merkle_extends(1, leaf[0], 2, leaf[1], &p), "an empty proof");
}

int main(void)
{
	fill();
	reference();
	OK(roots_agree(), "roots are as the RFC defines them");
	OK(ranges_merge(), "two ranges make one");
	OK(leaves_proved(), "leaves are proved, and only those");
	OK(growth_proved(), "growth is proved, and only growth");
	limits();
	return tap_done();
}
