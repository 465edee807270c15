using System.Diagnostics;
using System.Text;
using Kube1.Api.Schema;

namespace Kube1.Tests.Api;

public sealed class YamlTests
{
    private static string Convert(string yaml) => Encoding.UTF8.GetString(YamlConverter.ToJson(Encoding.UTF8.GetBytes(yaml)));

    [TestCase("a: 1\nb: text\n", """{"a":1,"b":"text"}""")]
    [TestCase("a: yes\nb: No\nc: on\nd: off\ne: true\nf: y\ng: N", """{"a":true,"b":false,"c":true,"d":false,"e":true,"f":true,"g":false}""")]
    [TestCase("a: \"yes\"\nb: 'no'\nc: \"1\"", """{"a":"yes","b":"no","c":"1"}""")]
    [TestCase("a:\nb: ~\nc: null\nd: ''", """{"a":null,"b":null,"c":null,"d":""}""")]
    [TestCase("a: 1.0\nb: 1.5\nc: 1e3\nd: 0x10\ne: 0o17\nf: 017\ng: -5\nh: 1_000", """{"a":1,"b":1.5,"c":1000,"d":16,"e":15,"f":15,"g":-5,"h":1000}""")]
    [TestCase("a: 100m\nb: 1Gi\nc: 10.0.0.1\nd: 1.2.3\ne: 2020-01-02\nf: 12:30", """{"a":"100m","b":"1Gi","c":"10.0.0.1","d":"1.2.3","e":"2020-01-02","f":"12:30"}""")]
    [TestCase("- a\n- [1, {b: c}]\n- |\n  x\n  y\n", """["a",[1,{"b":"c"}],"x\ny\n"]""")]
    [TestCase("1: a\ntrue: b\n", """{"1":"a","true":"b"}""")]
    [TestCase("a: &x {b: 1, c: 2}\nd: *x\ne:\n  <<: *x\n  c: 3\n", """{"a":{"b":1,"c":2},"d":{"b":1,"c":2},"e":{"c":3,"b":1}}""")]
    [TestCase("a: !!str 1\nb: !!binary aGk=", """{"a":"1","b":"hi"}""")]
    [TestCase("", "null")]
    [TestCase("---\na: 1\n", """{"a":1}""")]
    [TestCase("""{"a": [1, "b", null, true]}""", """{"a":[1,"b",null,true]}""")]
    public void ToJson_Document_IsConverted(string yaml, string json) => Assert.That(Convert(yaml), Is.EqualTo(json));

    [TestCase("a: 1\n---\nb: 2\n", "single document")]
    [TestCase("a: [1\n", "line")]
    [TestCase("a: *x\n", "anchor")]
    [TestCase("a: .inf\n", "unsupported value")]
    [TestCase("? [a]\n: b\n", "scalar")]
    public void ToJson_BadDocument_IsRefusedWithItsLine(string yaml, string message)
    {
        var error = Assert.Throws<ObjectDecodeException>(() => Convert(yaml))!;

        Assert.That(error.Message, Does.StartWith("yaml: line ").And.Contain(message));
    }

    [Test]
    public void ToJson_KeySetTwice_LastValueCountsAndIsNoted()
    {
        const string yaml = "a: 1\nb:\n  c: 1\n  c: 2\na:\n  \"q\\\"\": 1\n  \"q\\\"\": 2\n  7: x\n  7: y\na: 3\n";
        var json = YamlConverter.ToJson(Encoding.UTF8.GetBytes(yaml), out var duplicates);

        Assert.That(Encoding.UTF8.GetString(json), Is.EqualTo("""{"b":{"c":2},"a":3}"""));
        Assert.That(duplicates, Is.EqualTo(new[]
        {
            "line 4: key \"c\" already set in map",
            "line 7: key \"q\\\"\" already set in map",
            "line 9: key 7 already set in map",
            "line 6: key \"a\" already set in map",
            "line 10: key \"a\" already set in map",
        }));
    }

    [Test]
    public void ToJson_OneKeySetVeryOften_IsLinearAndBounded()
    {
        var least = (Few: TimeSpan.MaxValue, Many: TimeSpan.MaxValue);
        // Only their ratio tells: eight times as many take about eight times as long, or 64 times if the work is quadratic.
        // The machine may be busy in any one run, so the quickest of each count.
        for (var run = 0; run < 20 && (run == 0 || least.Many > 24 * least.Few); run++)
        {
            var (few, many) = (ConvertKeysSetTwice(5_000), ConvertKeysSetTwice(40_000));
            least = (few < least.Few ? few : least.Few, many < least.Many ? many : least.Many);
        }

        Assert.That(least.Many, Is.LessThan(24 * least.Few));

        static TimeSpan ConvertKeysSetTwice(int count)
        {
            var yaml = Encoding.UTF8.GetBytes(string.Concat(
                Enumerable.Range(0, 2 * count).Select(i => i < count ? $"k{i}: 1\n" : $"k{i - count}: 2\n")));
            var began = Stopwatch.GetTimestamp();
            var json = YamlConverter.ToJson(yaml, out var duplicates);
            var took = Stopwatch.GetElapsedTime(began);
            Assert.That(
                Encoding.UTF8.GetString(json),
                Does.StartWith("{\"k0\":2,\"k1\":2,").And.EndWith($",\"k{count - 1}\":2}}"));
            Assert.That(duplicates, Has.Count.EqualTo(100));
            return took;
        }
    }

    [Test]
    public void ToJson_BillionLaughs_IsRefused()
    {
        var yaml = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 10; i++)
        {
            yaml.Append($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Assert.That(() => Convert(yaml.ToString()), Throws.TypeOf<ObjectDecodeException>().With.Message.Contain("excessive aliasing"));
    }

    [Test]
    public void ToJson_TooDeep_IsRefused() => Assert.That(
        () => Convert(new string('[', 3000) + new string(']', 3000)),
        Throws.TypeOf<ObjectDecodeException>());

    [Test]
    public void ToJson_RandomText_FailsOnlyCleanly()
    {
        var random = new Random(99);
        const string letters = "ab:- \n\t{}[]&*!|>'\"#%@`,?<1.0x~";
        for (var i = 0; i < 50_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(24)).Select(_ => letters[random.Next(letters.Length)]));
            try
            {
                var json = Convert(text);
                Assert.That(() => System.Text.Json.Nodes.JsonNode.Parse(json), Throws.Nothing, text);
            }
            catch (ObjectDecodeException e)
            {
                Assert.That(e.Message, Does.StartWith("yaml: line "), text);
            }
        }
    }
}
