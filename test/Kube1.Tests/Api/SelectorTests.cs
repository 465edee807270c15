using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Selectors;

namespace Kube1.Tests.Api;

public sealed class SelectorTests
{
    private static readonly Dictionary<string, string> Labels = new()
    {
        ["app"] = "web", ["tier"] = "front", ["n"] = "5", ["empty"] = "", ["example.com/x"] = "y", ["in"] = "notin",
    };

    [TestCase("", true)]
    [TestCase("app=web", true)]
    [TestCase("app==web,tier=front", true)]
    [TestCase("app=web,tier=back", false)]
    [TestCase("app!=web", false)]
    [TestCase("other!=web", true)]
    [TestCase("app in (api, web)", true)]
    [TestCase("app notin (api,web)", false)]
    [TestCase("other notin (api)", true)]
    [TestCase("other in (api)", false)]
    [TestCase("app", true)]
    [TestCase("!app", false)]
    [TestCase("! other", true)]
    [TestCase("n>4", true)]
    [TestCase("n<5", false)]
    [TestCase("app>4", false)]
    [TestCase("other>4", false)]
    [TestCase("empty=", true)]
    [TestCase("empty in (,a)", true)]
    [TestCase("app in ()", null)]
    [TestCase("example.com/x = y", true)]
    [TestCase("in in (notin)", true)]
    [TestCase("in=notin", true)]
    public void Matches_LabelSelector_AsUpstream(string selector, bool? expected)
    {
        if (expected is null)
        {
            Assert.That(() => LabelSelector.Parse(selector), Throws.TypeOf<ApiException>());
            return;
        }

        var parsed = LabelSelector.Parse(selector);
        var json = KubeJson.ToJson(new V1ObjectMeta { Labels = Labels })["labels"]!.AsObject();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(parsed.Matches(Labels), Is.EqualTo(expected));
            Assert.That(parsed.Matches(json), Is.EqualTo(expected));
            Assert.That(LabelSelector.Parse(parsed.ToString()).ToString(), Is.EqualTo(parsed.ToString()));
        }
    }

    [TestCase("x=a||y=b", "unable to parse requirement: values[0][x]: Invalid value: \"a||y\"")]
    [TestCase("x==a==b", "found '==', expected: ',' or 'end of string'")]
    [TestCase("!x=a", "found '=', expected: ',' or 'end of string'")]
    [TestCase("x<a", "unable to parse requirement: values[0]: Invalid value: \"a\": for 'Gt', 'Lt' operators, the value must be an integer")]
    [TestCase("x,,y", "found ',', expected: identifier after ','")]
    [TestCase("x,", "found '', expected: identifier after ','")]
    [TestCase("=a", "found '=', expected: !, identifier, or 'end of string'")]
    [TestCase("x in", "unable to parse requirement: found '' expected: '('")]
    [TestCase("x in (a", "unable to parse requirement: found '', expected: ',' or ')'")]
    [TestCase("x a", "unable to parse requirement: found 'a', expected: in, notin, =, ==, !=, gt, lt")]
    [TestCase("!", "unable to parse requirement: found '', expected: identifier")]
    [TestCase("a/b/c", "unable to parse requirement: <nil>: Invalid value: \"a/b/c\": a valid qualified name must consist of")]
    [TestCase("x in ()", "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty")]
    public void Parse_BadLabelSelector_IsRefusedInUpstreamsWords(string selector, string message)
    {
        var error = Assert.Throws<ApiException>(() => LabelSelector.Parse(selector))!;

        Assert.That((error.Code, error.Message), Is.EqualTo((400, error.Message)));
        Assert.That(error.Message, Does.StartWith(message));
    }

    [Test]
    public void From_ObjectSelector_AsUpstream()
    {
        var selector = LabelSelector.From(new V1LabelSelector
        {
            MatchLabels = new() { ["b"] = "1" },
            MatchExpressions = [new() { Key = "a", Operator = "In", Values = ["y", "x"] }, new() { Key = "c", Operator = "Exists" }],
        });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(selector.ToString(), Is.EqualTo("a in (x,y),b=1,c"));
            Assert.That(LabelSelector.From(null).Matches(Labels), Is.False);
            Assert.That(LabelSelector.From(new V1LabelSelector()).Matches(Labels), Is.True);
            Assert.That(() => LabelSelector.From(new V1LabelSelector { MatchExpressions = [new() { Key = "a", Operator = "Like" }] }),
                Throws.TypeOf<FormatException>().With.Message.EqualTo("\"Like\" is not a valid label selector operator"));
        }
    }

    [TestCase("a=1", true)]
    [TestCase("a==1,b!=1", true)]
    [TestCase("a!=1", false)]
    [TestCase("b=x\\,y\\=z", true)]
    [TestCase("c=", true)]
    [TestCase("c!=", false)]
    [TestCase(",a=1,", true)]
    public void Matches_FieldSelector_AsUpstream(string selector, bool expected)
    {
        var parsed = FieldSelector.Parse(selector);
        string? ValueOf(string field) => field switch { "a" => "1", "b" => "x,y=z", _ => null };

        Assert.That(parsed.Matches(ValueOf), Is.EqualTo(expected));
        Assert.That(FieldSelector.Parse(parsed.ToString()).Matches(ValueOf), Is.EqualTo(expected));
    }

    [TestCase("a", "invalid selector: 'a'; can't understand 'a'")]
    [TestCase("a=b\\x", "invalid field selector: invalid escape sequence: \\x")]
    [TestCase("a=b=c", "invalid field selector: unescaped character in value: 61")]
    public void Parse_BadFieldSelector_IsRefusedInUpstreamsWords(string selector, string message) => Assert.That(
        () => FieldSelector.Parse(selector), Throws.TypeOf<ApiException>().With.Message.EqualTo(message));

    [Test]
    public void Parse_RandomTexts_FailOnlyCleanly()
    {
        var random = new Random(7);
        const string letters = "abin!=<>(), \\/.-tno1";
        for (var i = 0; i < 100_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(16)).Select(_ => letters[random.Next(letters.Length)]));
            try
            {
                var selector = LabelSelector.Parse(text);
                Assert.That(LabelSelector.Parse(selector.ToString()).ToString(), Is.EqualTo(selector.ToString()), text);
            }
            catch (ApiException e)
            {
                Assert.That(e.Code, Is.EqualTo(400));
            }

            try
            {
                FieldSelector.Parse(text).Matches(_ => "a");
            }
            catch (ApiException e)
            {
                Assert.That(e.Code, Is.EqualTo(400));
            }
        }
    }
}
