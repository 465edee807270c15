using Kube1.Cel.Costs;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// <c>jsonpatch.escapeKey</c>, which only mutating policies have. Source: k8s.io/apiserver/pkg/cel/library/jsonpatch.go.
/// </summary>
public static class JsonPatchLibrary
{
    public static CelLibrary Library { get; } = new("kubernetes.jsonpatch")
    {
        Functions =
        [
            new("jsonpatch.escapeKey", CelOverload.Global(
                "string_jsonpatch_escapeKey_string", [CelType.String], CelType.String, a => CelValue.Of(a[0].AsString
                    .Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal))))
            {
                Cost = LibraryCosts.Walk,
                Estimate = static site => site.Arguments is [var key] && site.SizeOf(key) is var size
                    ? new CallEstimate(LibraryCosts.Walked(size), size)
                    : null,
            },
        ],
    };
}
