using System.Text.Json.Nodes;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Tests.Cel;

/// <summary>JSON as expressions see it.</summary>
[TestFixture]
public sealed class JsonViewTests
{
    private static readonly JsonNode[] WholeNumbers =
    [
        JsonNode.Parse("5")!, JsonValue.Create((short)5), JsonValue.Create(5), JsonValue.Create(5U), JsonValue.Create(5L),
        JsonValue.Create(5UL), JsonValue.Create((byte)5), JsonValue.Create(5M),
    ];

    [TestCaseSource(nameof(WholeNumbers))]
    public void Of_WholeNumberOfAnyType_IsAnInt(JsonNode number)
    {
        var seen = JsonViews.Of(number);

        Assert.That((seen.Kind, seen.AsInt), Is.EqualTo((CelKind.Int, 5L)));
    }

    [Test]
    public void Of_NumberThatIsNoLong_IsADouble()
    {
        Assert.That(JsonViews.Of(JsonValue.Create(ulong.MaxValue)).AsDouble, Is.EqualTo(18446744073709551615.0));
        Assert.That(JsonViews.Of(JsonValue.Create(0.5F)).AsDouble, Is.EqualTo(0.5));
        Assert.That(JsonViews.Of(JsonValue.Create(0.5M)).AsDouble, Is.EqualTo(0.5));
        Assert.That(JsonViews.Of(JsonNode.Parse("1e30")).AsDouble, Is.EqualTo(1e30));
    }
}
