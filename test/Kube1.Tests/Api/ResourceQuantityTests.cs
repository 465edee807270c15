using Kube1.Api;

namespace Kube1.Tests.Api;

public sealed class ResourceQuantityTests
{
    [TestCase("0", "0")]
    [TestCase("0n", "0")]
    [TestCase("0Ki", "0")]
    [TestCase("1000m", "1")]
    [TestCase("0.5", "500m")]
    [TestCase("0.5Mi", "512Ki")]
    [TestCase("1024Ki", "1Mi")]
    [TestCase("1Ki", "1Ki")]
    [TestCase("512Ki", "512Ki")]
    [TestCase("1.5Gi", "1536Mi")]
    [TestCase("1023", "1023")]
    [TestCase("1000Ki", "1000Ki")]
    [TestCase("0.3Ki", "307200m")]
    [TestCase("0.1", "100m")]
    [TestCase("100000k", "100M")]
    [TestCase("1500", "1500")]
    [TestCase("1000000", "1M")]
    [TestCase("1e3", "1e3")]
    [TestCase("1E6", "1e6")]
    [TestCase("123e-3", "123e-3")]
    [TestCase("12E", "9223372036854775807")]
    [TestCase("9223372036854775807", "9223372036854775807")]
    [TestCase("9223372036854775808", "9223372036854775807")]
    [TestCase("1e1000000", "9223372036854775807")]
    [TestCase("1e-1000000", "1e-9")]
    [TestCase("0.0000000001", "1n")]
    [TestCase("1.0000000001", "1000000001n")]
    [TestCase("-1", "-1")]
    [TestCase("-0.5Mi", "-512Ki")]
    [TestCase("+2", "2")]
    [TestCase(".5", "500m")]
    [TestCase("5.", "5")]
    [TestCase("00012", "12")]
    [TestCase("8Ei", "9223372036854775807")]
    [TestCase("7Ei", "7Ei")]
    [TestCase("0.001Ki", "1024m")]
    public void ToString_Quantity_IsCanonical(string text, string canonical) =>
        Assert.That(ResourceQuantity.Parse(text).ToString(), Is.EqualTo(canonical));

    [TestCase("")]
    [TestCase(" ")]
    [TestCase("1.1.M")]
    [TestCase("1+1.0M")]
    [TestCase("aoeu")]
    [TestCase("Mi")]
    [TestCase("--1")]
    [TestCase("1 ")]
    [TestCase("1Mib")]
    public void Parse_Malformed_NamesTheExpression(string text) => Assert.That(
        () => ResourceQuantity.Parse(text), Throws.TypeOf<FormatException>().With.Message.StartsWith("quantities must match"));

    [TestCase("0.1mi")]
    [TestCase(".5i")]
    [TestCase("1i")]
    [TestCase("-3.01e-")]
    [TestCase("1ki")]
    [TestCase("1KiKi")]
    [TestCase("1e9999999999999999999999")]
    public void Parse_UnknownSuffix_SaysSo(string text) => Assert.That(
        () => ResourceQuantity.Parse(text),
        Throws.TypeOf<FormatException>().With.Message.EqualTo("unable to parse quantity's suffix"));

    [TestCase("1", "1", "2")]
    [TestCase("100m", "900m", "1")]
    [TestCase("1Gi", "1Gi", "2Gi")]
    [TestCase("0", "1Gi", "1Gi")]
    [TestCase("1Gi", "1k", "1073742824")]
    [TestCase("250m", "-250m", "0")]
    public void Add_Quantities_KeepsTheFormat(string left, string right, string sum)
    {
        var total = ResourceQuantity.Parse(left) + ResourceQuantity.Parse(right);

        Assert.That(total.ToString(), Is.EqualTo(sum));
        Assert.That((total - ResourceQuantity.Parse(right)).Value, Is.EqualTo(ResourceQuantity.Parse(left).Value));
    }

    [TestCase("1500m", 1500L, 2L)]
    [TestCase("-1500m", -1500L, -2L)]
    [TestCase("1n", 1L, 1L)]
    [TestCase("9223372036854775807", long.MaxValue, long.MaxValue)]
    public void MilliValue_Quantity_RoundsAwayFromZeroAndSaturates(string text, long milli, long whole)
    {
        var quantity = ResourceQuantity.Parse(text);

        Assert.That((quantity.MilliValue, quantity.LongValue), Is.EqualTo((milli, whole)));
    }

    [Test]
    public void Equals_SameAmounts_WhateverTheNotation() => Assert.That(
        ResourceQuantity.Parse("1Ki"), Is.EqualTo(ResourceQuantity.Parse("1024")));

    [Test]
    public void Parse_RandomTexts_ParseCanonicallyOrFailCleanly()
    {
        var random = new Random(20260101);
        const string letters = "0123456789.+-eEinumkKMGTP";
        for (var i = 0; i < 200_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => letters[random.Next(letters.Length)]));
            if (!ResourceQuantity.TryParse(text, out var quantity))
            {
                continue;
            }

            var canonical = quantity.ToString();
            var again = ResourceQuantity.Parse(canonical);
            Assert.That((again.Value, again.ToString()), Is.EqualTo((quantity.Value, canonical)), text);
        }
    }
}
