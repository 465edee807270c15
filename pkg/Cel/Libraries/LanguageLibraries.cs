using Kube1.Cel.Functions;

namespace Kube1.Cel.Libraries;

/// <summary>Libraries that extend the language itself and that Kubernetes switches on.</summary>
public static class LanguageLibraries
{
    /// <summary>
    /// <c>all</c>, <c>exists</c> and their like over index and element, or key and value; <c>transformList</c> and so on.
    /// </summary>
    public static CelLibrary TwoVariableComprehensions { get; } = new("cel.lib.ext.comprev2")
    {
        SinceMinor = 32,
        Macros = StandardMacros.TwoVariables,
        Functions = [MapInsertion.Function],
    };

    /// <summary>Optional values and their syntax.</summary>
    public static CelLibrary OptionalTypes => OptionalLibrary.Library;
}
