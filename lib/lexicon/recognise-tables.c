/* SPDX-License-Identifier: ISC */
/* Ranges and lists that institutions publish. */
#include "lexicon/recognise-internal.h"

/* Issuers by the first digits (ISO/IEC 7812-1, as the networks publish them)
 * and which lengths their numbers have, a bit each. */
#define LEN(n) (UINT32_C(1) << (n))
#define TO_19 (LEN(16) | LEN(17) | LEN(18) | LEN(19))

static const struct issuer {
	unsigned from, to; /* the first four digits */
	uint32_t lengths;
} issuers[] = {
    {1000, 1999, LEN(15)},				  /* UATP */
    {2200, 2205, TO_19},				  /* Mir, BORICA */
    {2221, 2720, LEN(16)},				  /* Mastercard */
    {3000, 3059, LEN(14) | TO_19},			  /* Diners Club */
    {3095, 3095, LEN(14) | TO_19},			  /* Diners Club */
    {3400, 3499, LEN(15)},				  /* American Express */
    {3528, 3589, TO_19},				  /* JCB */
    {3600, 3699, LEN(14) | LEN(15) | TO_19},		  /* Diners Club */
    {3700, 3799, LEN(15)},				  /* American Express */
    {3800, 3999, LEN(14) | TO_19},			  /* Diners Club */
    {4000, 4999, LEN(13) | LEN(16) | LEN(18) | LEN(19)},  /* Visa */
    {5018, 5020, LEN(13) | LEN(14) | LEN(15) | TO_19},	  /* Maestro */
    {5038, 5038, LEN(13) | LEN(14) | LEN(15) | TO_19},	  /* Maestro */
    {5060, 5061, LEN(16) | LEN(18) | LEN(19)},		  /* Verve, Elo */
    {5067, 5067, LEN(16)},				  /* Elo */
    {5090, 5090, LEN(16)},				  /* Elo */
    {5100, 5599, LEN(16)},				  /* Mastercard */
    {5600, 5899, LEN(13) | LEN(14) | LEN(15) | TO_19},	  /* Maestro */
    {6011, 6011, TO_19},				  /* Discover */
    {6062, 6062, LEN(16)},				  /* Hipercard */
    {6200, 6299, TO_19},				  /* UnionPay */
    {6304, 6304, LEN(13) | LEN(14) | LEN(15) | TO_19},	  /* Maestro */
    {6360, 6369, TO_19},				  /* InterPayment, Elo */
    {6370, 6399, LEN(16)},				  /* InstaPayment */
    {6440, 6599, TO_19},				  /* Discover, RuPay */
    {6759, 6763, LEN(13) | LEN(14) | LEN(15) | TO_19},	  /* Maestro */
    {8100, 8299, TO_19},				  /* UnionPay, RuPay */
    {8600, 8600, LEN(16)},				  /* Uzcard */
    {9792, 9792, LEN(16)},				  /* Troy */
    {9860, 9860, LEN(16)},				  /* Humo */
};

bool recognise_issuer(const char *digits, size_t n)
{
	unsigned head = 0;

	for (size_t i = 0; i < 4; i++)
		head = head * 10 + (unsigned)(digits[i] - '0');
	for (size_t i = 0; i < sizeof(issuers) / sizeof(*issuers); i++) {
		if (head <= issuers[i].to)
			return head >= issuers[i].from &&
			    issuers[i].lengths >> n & 1;
	}
	return false;
}

/* The IBAN registry of SWIFT (ISO 13616-2). */
size_t recognise_iban_length(const char *country)
{
	static const char lengths[] =
	    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24"
	    "DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27"
	    "GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20"
	    "LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24"
	    "PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25"
	    "SV28TL23TN24TR26UA29VA22VG24XK20YE30";

	for (const char *p = lengths; *p; p += 4) {
		if (p[0] == country[0] && p[1] == country[1])
			return (size_t)(p[2] - '0') * 10 +
			    (size_t)(p[3] - '0');
	}
	return 0;
}

/* ISO 3166-1 alpha-2, and XK, which SWIFT uses for Kosovo. */
bool recognise_country(const char *country)
{
	static const char codes[] =
	    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBS"
	    "BTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEE"
	    "EGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHM"
	    "HNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLC"
	    "LILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNA"
	    "NCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURW"
	    "SASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTO"
	    "TRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZWXK";

	for (const char *p = codes; *p; p += 2) {
		if (p[0] == country[0] && p[1] == country[1])
			return true;
	}
	return false;
}

/* How many digits the country code has that a number begins with (ITU-T
 * E.164, list of assigned codes); 0 if there is none. */
size_t recognise_calling(const char *digits)
{
	static const char two[] =
	    "202730313233343639404143444546474849515253545556575860616263"
	    "6465668182848690919293949598";
	static const char three[] =
	    "211212213216218220221222223224225226227228229230231232233234"
	    "235236237238239240241242243244245246247248249250251252253254"
	    "255256257258260261262263264265266267268269290291297298299350"
	    "351352353354355356357358359370371372373374375376377378379380"
	    "381382383385386387389420421423500501502503504505506507508509"
	    "590591592593594595596597598599670672673674675676677678679680"
	    "681682683685686687688689690691692800808850852853855856870878"
	    "880881882883886888960961962963964965966967968970971972973974"
	    "975976977979992993994995996998";

	if (digits[0] == '1' || digits[0] == '7')
		return 1;
	for (const char *p = two; *p; p += 2) {
		if (memcmp(p, digits, 2) == 0)
			return 2;
	}
	for (const char *p = three; *p; p += 3) {
		if (memcmp(p, digits, 3) == 0)
			return 3;
	}
	return 0;
}
