namespace Kube1.ApiServer.Expressions;

/// <summary>What expressions may cost, in CEL's units of about 100 ns (k8s.io/apiserver/pkg/apis/cel/config.go).</summary>
internal static class ExpressionLimits
{
    /// <summary>One evaluation: about a tenth of a second.</summary>
    public const ulong PerCall = 1_000_000;

    /// <summary>All evaluations for one custom object, or for one binding of a policy: about a second.</summary>
    public const long PerObject = 10_000_000;

    /// <summary>All matchConditions of one webhook or policy: about a quarter of a second.</summary>
    public const long MatchConditions = 2_500_000;

    /// <summary>The estimate for one rule of a definition, times how often its value may occur.</summary>
    public const ulong StaticPerRule = 10_000_000;

    /// <summary>The estimates for all rules of one schema of a definition.</summary>
    public const ulong StaticPerSchema = 100_000_000;

    /// <summary>The size of a request on which estimates are made.</summary>
    public const long MaxRequestBytes = 3 * 1024 * 1024;

    /// <summary>The longest message that an expression may make.</summary>
    public const int MaxMessageBytes = 5 * 1024;
}
