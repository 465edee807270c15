using System.Collections.Immutable;
using Kube1.Cel.Functions;
using Kube1.Cel.Syntax;
using Kube1.Cel.Values;

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

    /// <summary><c>cel.bind(name, value, expression)</c>: a name for a value within an expression.</summary>
    public static CelLibrary Bindings { get; } = new("cel.lib.ext.cel.bindings")
    {
        Macros = [new CelMacro("bind", 3, true, Bind)],
    };

    /// <summary>Optional values and their syntax.</summary>
    public static CelLibrary OptionalTypes => OptionalLibrary.Library;

    // The name is an accumulator over nothing: computed when it is first used, and only then.
    private static CelExpression? Bind(
        CelMacroExpansion x, CelExpression? target, ImmutableArray<CelExpression> arguments)
    {
        if (target is not IdentifierExpression { Name: "cel" })
        {
            return null;
        }

        return arguments[0] is IdentifierExpression { Name: var name }
            ? x.Comprehension(
                x.List(), "#unused", null, name, arguments[1], x.Literal(CelValue.False), x.Identifier(name), arguments[2])
            : x.Fail(arguments[0], "cel.bind() variable names must be simple identifiers");
    }
}
