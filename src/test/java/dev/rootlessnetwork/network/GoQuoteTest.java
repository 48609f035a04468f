package dev.rootlessnetwork.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The expected texts are what Go 1.22's fmt.Sprintf("%q") gives. */
class GoQuoteTest {
    static Arguments[] texts() {
        return new Arguments[] {
            arguments("nothing", "", "\"\""),
            arguments("plain words", "a b", "\"a b\""),
            arguments("quotes and backslashes", "a\"b\\c", "\"a\\\"b\\\\c\""),
            arguments("the escapes that have letters", "\u0007\b\f\n\r\t\u000b", "\"\\a\\b\\f\\n\\r\\t\\v\""),
            arguments("other control characters", "\0\u001b\u007f", "\"\\x00\\x1b\\x7f\""),
            arguments("control characters beyond ASCII", "\u0085", "\"\\u0085\""),
            arguments("letters of any script", "zürich-東京", "\"zürich-東京\""),
            arguments("single quotes", "'", "\"'\""),
            arguments("spaces other than ASCII's", "\u00a0\u2003\u3000", "\"\\u00a0\\u2003\\u3000\""),
            arguments("format characters", "\u200b\ufeff", "\"\\u200b\\ufeff\""),
            arguments("symbols beyond the first plane", "\ud83d\ude00", "\"\ud83d\ude00\""),
            arguments("private use beyond the first plane", "\udbc0\udc00", "\"\\U00100000\""),
            arguments("half a character", "\ud83d", "\"\\ufffd\""),
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("texts")
    void quotesAsGoDoes(String sentence, String text, String quoted) {
        assertThat(GoQuote.quote(text)).isEqualTo(quoted);
    }
}
