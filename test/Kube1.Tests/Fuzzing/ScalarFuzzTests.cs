using System.Text;
using Kube1.Api;
using Kube1.Api.Json;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry.Batch;

namespace Kube1.Tests.Fuzzing;

/// <summary>Quantities, times and the other texts with a meaning: read or refused, and canonical once and for all.</summary>
public sealed class ScalarFuzzTests
{
    [Test]
    public void Quantity_Any_IsCanonicalOrRefused() => Fuzz.Check(new FuzzTarget(
        "quantity", Corpus.Read("quantity.txt"),
        static bytes =>
        {
            if (!ResourceQuantity.TryParse(Encoding.UTF8.GetString(bytes), out var quantity))
            {
                return;
            }

            var text = quantity.ToString();
            Fuzz.Require(ResourceQuantity.Parse(text).ToString() == text, $"{text} becomes {ResourceQuantity.Parse(text)}");
            Fuzz.Require(ResourceQuantity.Parse(text) == quantity, $"{text} is another amount");
            _ = (quantity + quantity, quantity - quantity.Negate(), quantity.MilliValue, quantity.LongValue, quantity.Sign);
        }) { Words = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "n", "u", "m", "k", "M", "G", "E", "e3", "E-9", "+"] });

    [TestCase(false)]
    [TestCase(true)]
    public void Time_Any_IsCanonicalOrRefused(bool micro) => Fuzz.Check(new FuzzTarget(
        "time", Corpus.Read("time.txt"),
        bytes =>
        {
            var time = TimeText.Canonicalize(Encoding.UTF8.GetString(bytes), micro);
            Fuzz.Require(TimeText.Canonicalize(time, micro) == time, $"{time} is not canonical");
            Fuzz.Require(!time.Contains('\0', StringComparison.Ordinal), "NUL in a time");
        })
    {
        MayThrow = static e => e is ObjectDecodeException,
        Words = ["Z", "+24:60", "-00:00", "T", ".999999999", "0000", "9999", "02-29", "02-30"],
    });

    [Test]
    public void Time_DigitsOrNul_NulIsNoDigit() =>
        Assert.That(() => TimeText.Canonicalize("20\0\0-01-02T03:04:05Z", false), Throws.TypeOf<ObjectDecodeException>());

    [Test]
    public void IntOrString_Any_ScalesOrDoesNot() => Fuzz.Check(new FuzzTarget(
        "int or string", Corpus.Texts("25%", "0%", "100%", "-1%", "1", "", "%", "2147483647%"),
        static bytes => new IntOrString(Encoding.UTF8.GetString(bytes)).Scale(int.MaxValue, roundUp: true)));

    [Test]
    public void Base64_Any_IsCanonicalOrRefused() => Fuzz.Check(new FuzzTarget(
        "base64", Corpus.Texts("aGVsbG8=", "", "aGVs\nbG8=", "aGVs\r\n", "====", "a", "a-_b"),
        static bytes =>
        {
            var text = Base64Text.Canonicalize(Encoding.UTF8.GetString(bytes));
            Fuzz.Require(Base64Text.Canonicalize(text) == text, $"{text} is not canonical");
        }) { MayThrow = static e => e is ObjectDecodeException });

    [Test]
    public void Cron_Any_IsJudged() => Fuzz.Check(new FuzzTarget(
        "cron", Corpus.Texts("*/5 * * * *", "@hourly", "0 0 1 JAN MON", "1-5/2,7 ? * 1-12 0-6", "TZ=UTC 0 0 * * *", "@every 1h5m", "@every 9999999999999999999h", ""),
        static bytes => CronSyntax.Check(Encoding.UTF8.GetString(bytes)))
    { Words = ["*/", "JAN-DEC", "?", "@every ", "1h", "TZ=", "CRON_TZ=", "-", "/0"] });

    [Test]
    public void Indexes_Any_AreJudged() => Fuzz.Check(new FuzzTarget(
        "indexes", Corpus.Texts("0", "1,3-5,7", "", "5-", "-5", "1-1", "9-3", "9223372036854775807-9223372036854775807"),
        static bytes =>
        {
            var text = Encoding.UTF8.GetString(bytes);
            IndexIntervals.Check(text, long.MaxValue);
            IndexIntervals.Overlap(text, "0-9223372036854775806", long.MaxValue);
        }));
}
