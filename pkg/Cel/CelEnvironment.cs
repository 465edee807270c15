using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Kube1.Cel.Checking;
using Kube1.Cel.Evaluation;
using Kube1.Cel.Functions;
using Kube1.Cel.Libraries;
using Kube1.Cel.Syntax;
using Kube1.Cel.Types;

namespace Kube1.Cel;

/// <summary>
/// What an expression may use: variables with their types, functions, macros, named types. Immutable: each <c>With</c>
/// gives another environment that shares what it can, so that an environment for one schema is made of a common one at
/// little cost. Safe for use by many threads.
/// </summary>
public sealed class CelEnvironment
{
    /// <summary>The language with its standard library and nothing else.</summary>
    public static readonly CelEnvironment Standard = new CelEnvironment().With(StandardLibrary.Library);

    private ImmutableDictionary<string, CelType> variables = ImmutableDictionary<string, CelType>.Empty;
    private ImmutableDictionary<string, CelFunction> functions = ImmutableDictionary<string, CelFunction>.Empty;
    private ImmutableDictionary<string, CelType> types = ImmutableDictionary<string, CelType>.Empty;
    private ImmutableDictionary<(string, int, bool), CelMacro> macros = ImmutableDictionary<(string, int, bool), CelMacro>.Empty;

    private CelEnvironment()
    {
    }

    private CelEnvironment(CelEnvironment other)
    {
        (variables, functions, types, macros) = (other.variables, other.functions, other.types, other.macros);
        (Provider, Options, OptionalSyntax) = (other.Provider, other.Options, other.OptionalSyntax);
    }

    public CelOptions Options { get; private init; } = new();

    /// <summary>Knows the object types and their fields.</summary>
    public CelTypeProvider Provider { get; private init; } = CelTypeProvider.Empty;

    internal bool OptionalSyntax { get; private set; }

    public CelEnvironment With(params ReadOnlySpan<CelLibrary> libraries)
    {
        var result = new CelEnvironment(this);
        foreach (var library in libraries)
        {
            result.Add(library);
        }

        return result;
    }

    /// <summary>Declares a variable, or declares it anew. Its name may have dots.</summary>
    public CelEnvironment WithVariable(string name, CelType type) => new(this) { variables = variables.SetItem(name, type) };

    public CelEnvironment WithProvider(CelTypeProvider provider) => new(this) { Provider = provider };

    public CelEnvironment WithOptions(CelOptions options) => new(this) { Options = options };

    /// <summary>
    /// Parses and checks an expression and makes a program of it. Costs tens of microseconds; a program is to be kept
    /// and evaluated often.
    /// </summary>
    public CelCompilation Compile(string expression)
    {
        var parsed = Parser.Parse(this, expression);
        if (!parsed.Issues.IsEmpty)
        {
            return new CelCompilation(expression, null, parsed.Issues, null);
        }

        if (Checker.Check(this, parsed, out var issues) is not { } checkedExpression)
        {
            return new CelCompilation(expression, null, issues, null);
        }

        return Planner.Plan(this, checkedExpression, out var locals, out var error) is { } root
            ? new CelCompilation(expression, new CelProgram(checkedExpression, root, locals), [], null)
            : new CelCompilation(expression, null, [], error);
    }

    internal bool TryFindVariable(string name, [MaybeNullWhen(false)] out CelType type) => variables.TryGetValue(name, out type);

    internal bool TryFindFunction(string name, [MaybeNullWhen(false)] out CelFunction function) =>
        functions.TryGetValue(name, out function);

    internal bool TryFindMacro(string name, int arguments, bool isMember, [MaybeNullWhen(false)] out CelMacro macro) =>
        macros.TryGetValue((name, arguments, isMember), out macro);

    /// <summary>A type that an expression names.</summary>
    internal bool TryFindType(string name, [MaybeNullWhen(false)] out CelType type) =>
        types.TryGetValue(name, out type) || Provider.TryFindType(name, out type);

    private void Add(CelLibrary library)
    {
        foreach (var function in library.Functions)
        {
            functions = functions.SetItem(
                function.Name, functions.TryGetValue(function.Name, out var known) ? known.With(function) : function);
        }

        foreach (var macro in library.Macros)
        {
            macros = macros.SetItem((macro.Name, macro.Arguments, macro.IsMember), macro);
        }

        foreach (var type in library.Types)
        {
            types = types.SetItem(type.Name, type);
        }

        OptionalSyntax |= library.OptionalSyntax;
    }
}
