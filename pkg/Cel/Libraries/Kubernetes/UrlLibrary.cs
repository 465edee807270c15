using Kube1.Cel.Costs;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// Absolute URIs and absolute paths: <c>url('https://example.com/a')</c>.
/// Source: k8s.io/apiserver/pkg/cel/library/urls.go.
/// </summary>
public static class UrlLibrary
{
    public static readonly CelType Type = CelType.Object("kubernetes.URL");

    public static CelLibrary Library { get; } = new("kubernetes.urls")
    {
        Functions =
        [
            new("url", CelOverload.Global("string_to_url", [CelType.String], Type, Parse))
            {
                Cost = LibraryCosts.Walk, Estimate = Estimate,
            },
            Part("getScheme", "url_get_scheme", static url => url.Scheme),
            Part("getHost", "url_get_host", static url => url.Host),
            Part("getHostname", "url_get_hostname", static url => url.Hostname),
            Part("getPort", "url_get_port", static url => url.Port),
            Part("getEscapedPath", "url_get_escaped_path", static url => url.EscapedPath),
            LibraryCosts.Cheap("getQuery", CelOverload.Member(
                "url_get_query", [Type], CelType.Map(CelType.String, CelType.List(CelType.String)),
                a => Query(((CelUrl)a[0].AsObject).Url))),

            // What it costs is left to the language, as upstream leaves it.
            new("isURL", CelOverload.Global("is_url_string", [CelType.String], CelType.Bool,
                a => CelValue.Of(GoUrl.ParseRequest(a[0].AsString, out _) is not null))),
            LibraryCosts.Equality(Type, site => new CostEstimate(1, site.Arguments[1].ComputedSize?.Max ?? 1)
                .MultiplyByCostFactor(CelCosts.StringTraversal)),
        ],
    };

    private static CelFunction Part(string name, string id, Func<GoUrl, string> part) => LibraryCosts.Cheap(
        name, CelOverload.Member(id, [Type], CelType.String, a => CelValue.Of(part(((CelUrl)a[0].AsObject).Url))));

    // First as a request line has it, which must be absolute; then anew, because a request line has no fragment.
    private static CelValue Parse(ReadOnlySpan<CelValue> arguments)
    {
        var text = arguments[0].AsString;
        return GoUrl.ParseRequest(text, out var error) is not null && GoUrl.Parse(text, out error) is { } url
            ? CelValue.Of(new CelUrl(url))
            : CelValue.Error($"URL parse error during conversion from string: {error}");
    }

    private static CelValue Query(GoUrl url)
    {
        var query = new CelDictionary();
        foreach (var (key, values) in url.ReadQuery())
        {
            query.Set(CelValue.Of(key), CelValue.Of(new CelArray([.. values.Select(value => CelValue.Of(value))])));
        }

        return CelValue.Of(query);
    }

    private static CallEstimate? Estimate(CelCallSite site)
    {
        if (site.Arguments is not [var text])
        {
            return null;
        }

        var size = site.SizeOf(text);
        return new CallEstimate(LibraryCosts.Walked(size), size);
    }

    private sealed class CelUrl(GoUrl url) : CelObject
    {
        public override CelType Type => UrlLibrary.Type;

        public GoUrl Url { get; } = url;

        public override bool EqualTo(CelObject other) => other is CelUrl { Url: var that } && that == Url;

        public override int GetValueHash() => Url.GetHashCode();

        public override string ToString() => Url.ToString();
    }
}
