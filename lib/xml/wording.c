/* SPDX-License-Identifier: ISC */
/* The words for what is wrong with XML. */
#include "xml/wording.h"

#include <libxml/xmlerror.h>
#include <stdio.h>

#include "base/utf8.h"

static const char *known(int code)
{
	static const struct {
		int code;
		const char *why;
	} words[] = {
	    {XML_NS_ERR_UNDEFINED_NAMESPACE, "undeclared prefix"},
	    {XML_NS_ERR_QNAME, "bad colon in a name"},
	    {XML_NS_ERR_ATTRIBUTE_REDEFINED, "duplicate attribute"},
	    {XML_NS_ERR_XML_NAMESPACE, "bad namespace declaration"},
	    {XML_ERR_ATTRIBUTE_REDEFINED, "duplicate attribute"},
	    {XML_ERR_TAG_NAME_MISMATCH, "end tag does not match"},
	    {XML_ERR_ATTRIBUTE_WITHOUT_VALUE, "attribute without a value"},
	    {XML_ERR_ATTRIBUTE_NOT_STARTED, "attribute without quotes"},
	    {XML_ERR_ATTRIBUTE_NOT_FINISHED, "attribute is not ended"},
	    {XML_ERR_SPACE_REQUIRED, "no space between attributes"},
	    {XML_ERR_INVALID_CHARREF, "reference to no character"},
	    {XML_ERR_INVALID_HEX_CHARREF, "reference to no character"},
	    {XML_ERR_INVALID_DEC_CHARREF, "reference to no character"},
	    {XML_ERR_INVALID_CHAR, "reference to no character"},
	    {XML_ERR_MISPLACED_CDATA_END, "']]>' in text"},
	    {XML_ERR_UNDECLARED_ENTITY, "reference to an entity"},
	    {XML_ERR_NAME_REQUIRED, "no name where one belongs"},
	    {XML_ERR_GT_REQUIRED, "tag is not ended"},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (words[i].code == code)
			return words[i].why;
	}
	return NULL;
}

const char *xml_wording(int code, const char *said, char room[XML_WORDING])
{
	const char *ours = known(code);
	size_t n;

	if (ours)
		return ours;
	n = (size_t)snprintf(room, XML_WORDING, "%.100s",
	    said ? said : "not well-formed");
	while (n && (room[n - 1] == '\n' || room[n - 1] == ' '))
		room[--n] = '\0';
	return room;
}

const char *xml_wording_chars(struct span s, size_t *at)
{
	size_t n = utf8_xml(s.p, s.n);

	if (n == s.n)
		return NULL;
	*at = n;
	if (s.p[n] == '\0')
		return "NUL";
	if ((unsigned char)s.p[n] < 0x20)
		return "control character";
	return utf8_char(s.p + n, s.n - n) ? "no XML character" : "not UTF-8";
}
