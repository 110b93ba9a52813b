//@ escape
    /// A text in a key: every character up to `%` as two hexadecimal digits.
    fn escape(text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for letter in text.chars() {
            if letter <= '%' {
                let code = u32::from(letter);
                let digit = |four| {
                    char::from_digit(four, 16)
                        .unwrap_or('0')
                        .to_ascii_uppercase()
                };
                out.extend(['%', digit(code / 16), digit(code % 16)]);
            } else {
                out.push(letter);
            }
        }
        out
    }
//@ raw
    /// A text that stands in a key as it is, so it must not hold what separates values.
    fn raw(name: &str, text: &str) -> Result<String, Error> {
        if text.chars().any(|letter| letter <= '%') {
            return Err(refused(name, "a character up to `%`"));
        }
        Ok(text.to_owned())
    }
//@ integer
    /// A whole number in so many characters, in the order of numbers.
    fn integer(name: &str, number: impl Into<i128>, width: usize) -> Result<String, Error> {
        let number = number.into();
        let power = |exponent: usize| 10_i128.pow(u32::try_from(exponent).unwrap_or(38).min(38));
        if number >= power(width) || number <= -power(width - 1) {
            let why = format_args!("{number} does not fit into {width} characters");
            return Err(refused(name, why));
        }
        if number >= 0 {
            return Ok(format!("{number:0width$}"));
        }
        let rest = width - 1;
        Ok(format!("-{:0rest$}", power(rest) - 1 + number))
    }
//@ decimal
    /// A number in so many characters before and after its point, in the order of numbers.
    fn decimal(
        name: &str,
        number: &Decimal,
        whole: usize,
        fraction: usize,
        negated: bool,
    ) -> Result<String, Error> {
        let (negative, before, after) = number.parts();
        if after.len() > fraction {
            let why = format_args!("{number} does not fit into {fraction} digits of fraction");
            return Err(refused(name, why));
        }
        let too_long = |_| refused(name, format_args!("{number} does not fit into a key"));
        let units: i128 = format!("{before}{after:0<fraction$}")
            .parse()
            .map_err(too_long)?;
        let signed = if negative == negated { units } else { -units };
        let mut text = integer(name, signed, whole + fraction)?;
        text.insert(whole, '.');
        Ok(text)
    }
//@ inverted
    /// A text of digits in the opposite order.
    fn inverted(text: &str) -> String {
        let invert = |letter: char| match letter.to_digit(10) {
            Some(digit) => char::from_digit(9 - digit, 10).unwrap_or(letter),
            None => letter,
        };
        text.chars().map(invert).collect()
    }
//@ day
    /// The text of a day or a month, if it has that form.
    fn day(name: &str, text: &str, form: &str) -> Result<String, Error> {
        let fits = text.len() == form.len()
            && text.bytes().zip(form.bytes()).all(|(byte, of)| match of {
                b'0' => byte.is_ascii_digit(),
                _ => byte == of,
            });
        if fits {
            Ok(text.to_owned())
        } else {
            Err(refused(name, "is outside of the years 0000 to 9999"))
        }
    }
//@ fit
    /// A key within what `DynamoDB` takes.
    fn fit(attribute: &str, limit: usize, key: String) -> Result<String, Error> {
        match key.len() {
            0 => Err(refused("empty text in the key attribute", attribute)),
            length if length > limit => {
                let why = format_args!("{length} bytes in the key attribute, at most {limit}");
                Err(refused(attribute, why))
            }
            _ => Ok(key),
        }
    }
//@ fit_bytes
    /// Bytes as a key, within what `DynamoDB` takes.
    fn fit_bytes(attribute: &str, limit: usize, key: &[u8]) -> Result<(), Error> {
        match key.len() {
            0 => Err(refused("empty text in the key attribute", attribute)),
            length if length > limit => {
                let why = format_args!("{length} bytes in the key attribute, at most {limit}");
                Err(refused(attribute, why))
            }
            _ => Ok(()),
        }
    }
